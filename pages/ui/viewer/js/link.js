// An earlier exam beside the current one: which place of one is which of the other, and how the two move together.
import { inverted } from "./side.js";

const transformed = (m, p) => [0, 1, 2].map((i) => m[i][0] * p[0] + m[i][1] * p[1] + m[i][2] * p[2] + m[i][3]);

export class Link {
  // matrix: 4 × 4 by rows, LPS mm of the current exam → LPS mm of the prior; null when the two were not registered
  constructor(sides, matrix) {
    Object.assign(this, { sides, matrix: null, ways: null, on: true, offset: null });
    this.register(matrix);
  }

  // A registration may come while the exams are in sight, or be made anew; whether anything changed.
  register(matrix) {
    if (JSON.stringify(matrix) === JSON.stringify(this.matrix)) return false;
    this.matrix = matrix;
    this.ways = matrix ? [matrix, [...inverted(matrix), [0, 0, 0, 1]]] : null;
    return true;
  }

  // "registered": by anatomy; "hand": by slices put side by side; "loose": zoom and place only; "off": nothing
  get kind() {
    if (!this.on) return "off";
    return this.offset !== null ? "hand" : this.matrix ? "registered" : "loose";
  }

  // The slices in sight belong together from now on.
  here() {
    const [one, other] = this.sides;
    this.offset = other.position(other.at[2]) - one.position(one.at[2]);
    this.on = true;
  }

  // The voxel of the other side that shows the same place as a voxel of side `from`, not rounded; null when nobody knows.
  map(from, voxel) {
    const [one, other] = [this.sides[from], this.sides[1 - from]];
    if (this.kind === "registered") return other.fromLps(transformed(this.ways[from], one.lps(voxel)));
    const across = this.#acrossFromMiddle(one, other, voxel);
    if (this.kind !== "hand") return [...across, other.at[2]];
    const height = one.position(one.clamped(voxel)[2]) + (from === 0 ? this.offset : -this.offset);
    return [...across, nearestLayer(other, height)];
  }

  // Without registration places count in mm from the middle of the image.
  #acrossFromMiddle(one, other, voxel) {
    return [0, 1].map((i) => ((voxel[i] + 0.5 - one.size[i] / 2) * one.data.spacing[i]) / other.data.spacing[i] + other.size[i] / 2 - 0.5);
  }

  // Bring the other side to the slices, zoom and place of side `from`; says whether the place lies within the other exam.
  follow(from, shown) {
    if (this.kind === "off") return true;
    const [one, other] = [this.sides[from], this.sides[1 - from]];
    let within = true;
    if (this.kind !== "loose") {
      const found = this.map(from, one.at);
      within = found[2] > -1 && found[2] < other.size[2];
      other.at = other.clamped(found);
    }
    for (const axis of shown) this.#place(from, axis);
    return within;
  }

  #place(from, axis) {
    const [one, other] = [this.sides[from], this.sides[1 - from]];
    const [lead, plane] = [one.planes[axis], other.planes[axis]];
    plane.zoom = (lead.fitted * lead.zoom) / plane.fitted;
    const middle = one.voxel(axis, [lead.centre[0] * lead.size[0], lead.centre[1] * lead.size[1]]);
    const [u, v] = other.onPlane(axis, this.map(from, middle));
    if (this.kind === "loose" && axis !== 0) plane.centre[0] = u / plane.size[0];
    else plane.centre = [u / plane.size[0], v / plane.size[1]];
  }
}

function nearestLayer(side, height) {
  let best = 0;
  for (let z = 0; z < side.size[2]; z++) if (Math.abs(side.position(z) - height) < Math.abs(side.position(best) - height)) best = z;
  const edge = Math.abs(side.position(best) - height) / side.data.spacing[2];
  return edge <= 1 ? best : best === 0 ? -edge : best + edge; // beyond the ends stays beyond
}
