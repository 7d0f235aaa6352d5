// One CT exam as it is shown: its slices on an even grid, where gaps of the series stay empty, its planes, and millimetres in the patient.
import { Cut, KINDS } from "./cut.js";
import { outlines } from "./mask.js";
import { Plane } from "./plane.js";
import { Volume } from "./volume.js";

export const ALONG = [2, 1, 0]; // the direction in which a plane is scrolled: axial z, coronal y, sagittal x
export const PLANES = ["axial", "coronal", "sagittal"];

// Layers of the volume: every stored slice, and an empty layer for each that the series lost. gaps: [[slice, how many are missing after it], …]
export function layers(count, gaps = []) {
  const after = new Map(gaps);
  const places = [];
  for (let k = 0; k < count; k++) {
    places.push(k);
    for (let lost = after.get(k) ?? 0; lost > 0; lost--) places.push(-1);
  }
  const grid = [];
  places.forEach((k, z) => k >= 0 && (grid[k] = z));
  return { places, grid };
}

export class Side {
  constructor(data) {
    Object.assign(this, { data, ...layers(data.size[2], data.gaps) });
    this.size = [data.size[0], data.size[1], this.places.length];
    this.headLast = data.headLast;
    this.name = `ct-${data.exam}-${data.version}`; // of the images, whatever stands beside them
    this.cuttable = data.regular || Boolean(data.gaps?.length);
    this.at = [this.size[0] >> 1, this.size[1] >> 1, this.grid[data.first]];
    this.inverse = this.cuttable ? inverted(data.affine) : null;
    const [[nx, ny, nz], [sx, sy, sz]] = [this.size, data.spacing];
    const shapes = [[nx, ny, sx, sy], [nx, nz, sx, sz], [ny, nz, sy, sz]];
    this.planes = shapes.map(([w, h, across, down]) => new Plane({ size: [w, h], pixel: [across, down] }));
    this.dress(data);
  }

  // New marks and words; the volume stays where it is.
  dress(data) {
    this.data = { ...this.data, marks: data.marks ?? [], title: data.title, goto: data.goto };
    this.marks = this.data.marks.map((mark) => {
      const contours = [0, 1, 2].map((axis) => (mark.mask && (axis === 0 || this.cuttable) ? this.#outlined(mark.mask, axis) : {}));
      return { ...mark, slice: this.grid[mark.slice], low: this.grid[mark.low], high: this.grid[mark.high], contours: contours[0], cuts: contours };
    });
  }

  // {layer: loops of image points} of one plane.
  #outlined(mask, axis) {
    const found = outlines(mask, axis, (k) => this.grid[k]);
    if (axis === 0 || !this.headLast) return found;
    return Object.fromEntries(Object.entries(found).map(([n, loops]) => [n, loops.map((loop) => loop.map(([x, y]) => [x, this.size[2] - y]))]));
  }

  start(gl, programs, options) {
    this.volume = new Volume(gl, { ...this.data, grid: this.grid, places: this.places }, options);
    this.cuts = [0, 1, 2].map(() => null);
    this.cut = (axis) => (this.cuts[axis] ??= new Cut(gl, programs.cut(), this.volume, axis, this.headLast));
    return this.volume.start(this.at[2]);
  }

  // Row of a coronal or sagittal plane in which a layer lies, and back.
  row(z) {
    return this.headLast ? this.size[2] - 1 - z : z;
  }

  // Column and row in a plane of a voxel (all may be fractions; centres at whole numbers), in image pixels counted from the corner.
  onPlane(axis, [x, y, z]) {
    return [[x, y], [x, this.row(z)], [y, this.row(z)]][axis].map((value) => value + 0.5);
  }

  // The voxel at column and row of a plane, on the layer looked at; not rounded.
  voxel(axis, [u, v]) {
    const [x, y, z] = this.at;
    return [[u - 0.5, v - 0.5, z], [u - 0.5, y, this.row(v - 0.5)], [x, u - 0.5, this.row(v - 0.5)]][axis];
  }

  inside(voxel) {
    return voxel.every((value, i) => value >= 0 && value < this.size[i]);
  }

  // Voxel → LPS mm. Where the slices make no volume each stands at its own place along their common normal.
  lps([x, y, z]) {
    const m = this.data.affine;
    const by = this.cuttable ? z : this.#along(z);
    return [0, 1, 2].map((i) => m[i][0] * x + m[i][1] * y + m[i][2] * by + m[i][3]);
  }

  // LPS mm → voxel, not rounded.
  fromLps(point) {
    if (this.inverse) return this.inverse.map((row) => row[0] * point[0] + row[1] * point[1] + row[2] * point[2] + row[3]);
    const [x, y, z] = inverted(this.data.affine).map((row) => row[0] * point[0] + row[1] * point[1] + row[2] * point[2] + row[3]);
    const places = this.data.positions.map((_, k) => Math.abs(this.#along(k) - z));
    return [x, y, places.indexOf(Math.min(...places))];
  }

  #along(z) {
    const { positions, spacing } = this.data;
    const k = Math.min(positions.length - 1, Math.max(0, Math.round(z)));
    return (positions[k] - positions[0]) / spacing[2];
  }

  // Millimetres along the normal of the slices at a layer; a missing one lies between its neighbours.
  position(z) {
    const { positions, spacing } = this.data;
    if (this.places[z] >= 0) return positions[this.places[z]];
    let below = z;
    while (this.places[below] < 0) below--;
    return positions[this.places[below]] + (z - below) * spacing[2];
  }

  // Slices are counted from the head down, whatever their order; those that the series lost have no number.
  number(z) {
    const k = this.places[z];
    return k < 0 ? null : this.headLast ? this.data.size[2] - k : k + 1;
  }

  // The slider counts layers.
  rung(z) {
    return this.headLast ? this.size[2] - z : z + 1;
  }

  layer(rung) {
    return this.headLast ? this.size[2] - rung : rung - 1;
  }

  clamped(voxel) {
    return voxel.map((value, i) => Math.min(this.size[i] - 1, Math.max(0, Math.round(value))));
  }

  // The planes that a slab of so many mm around the layer looked at takes: whole planes, as many as come nearest to the wish.
  slab(axis, { kind, mm }) {
    const along = ALONG[axis];
    const one = this.data.spacing[along];
    const count = kind === null ? 1 : Math.min(this.size[along], Math.max(1, Math.round(mm / one)));
    const first = Math.min(this.size[along] - count, Math.max(0, this.at[along] - ((count - 1) >> 1)));
    return { first, count, mm: count * one, kind: kind === null ? 0 : KINDS.indexOf(kind) };
  }
}

// The inverse of an affine 4 × 4 matrix given by rows; three rows of four.
export function inverted(m) {
  const [a, b, c] = [0, 1, 2].map((j) => [0, 1, 2].map((i) => m[i][j]));
  const cross = (p, q) => [p[1] * q[2] - p[2] * q[1], p[2] * q[0] - p[0] * q[2], p[0] * q[1] - p[1] * q[0]];
  const dot = (p, q) => p[0] * q[0] + p[1] * q[1] + p[2] * q[2];
  const size = dot(a, cross(b, c));
  const rows = [cross(b, c), cross(c, a), cross(a, b)].map((row) => row.map((value) => value / size));
  const origin = [0, 1, 2].map((i) => m[i][3]);
  return rows.map((row) => [...row, -dot(row, origin)]);
}
