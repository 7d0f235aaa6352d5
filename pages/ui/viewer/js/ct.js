// The CT scene: axial slices, with coronal and sagittal planes linked by a crosshair on demand.
import { aim, program } from "./gl.js";
import { outlines } from "./mask.js";
import { drawCrosshair, drawCtMarks, drawEdges, drawLines } from "./overlay.js";
import { Plane } from "./plane.js";
import { VOLUME } from "./shaders.js";
import { Volume } from "./volume.js";

const PRESETS = { lung: [-600, 1500], soft: [40, 400], bone: [400, 1800] };
const AXES = { x: 0, y: 1, z: 2 };

// Marks with the outline of their mask on every slice that it touches.
function outlined(marks) {
  return marks.map((mark) => ({ ...mark, contours: mark.mask ? outlines(mark.mask) : {} }));
}

export class CtScene {
  constructor(shell, data) {
    Object.assign(this, { shell, words: data.words, size: data.size, data: { ...data, marks: outlined(data.marks) } });
    const [sx, sy, sz] = data.spacing;
    const [nx, ny, nz] = data.size;
    this.at = [nx >> 1, ny >> 1, data.first];
    this.level = [...PRESETS.lung];
    this.inverted = false;
    this.marksShown = true;
    this.current = null; // number of the mark jumped to
    this.three = false;
    this.tool = "scroll";
    this.planes = [
      new Plane({ size: [nx, ny], pixel: [sx, sy] }),
      new Plane({ size: [nx, nz], pixel: [sx, sz] }),
      new Plane({ size: [ny, nz], pixel: [sy, sz] }),
    ];
  }

  // Build everything on the card; called again when a lost context has come back.
  start(gl, signal) {
    this.gl = gl;
    this.program = program(gl, VOLUME);
    this.volume = new Volume(gl, this.data, {
      signal,
      onSlices: () => this.#arrived(),
      onProblem: (problem) => this.shell.problem(problem),
    });
    return this.volume.start(this.at[2]);
  }

  #arrived() {
    if (this.volume.have[this.at[2]]) this.shell.milestone("first");
    const count = this.volume.count;
    this.shell.report("loaded", count);
    if (count === this.size[2]) this.shell.milestone("full");
    this.shell.draw();
  }

  get shownPlanes() {
    return this.three ? [0, 1, 2] : [0];
  }

  resize(w, h) {
    const split = this.three ? Math.floor(w * 0.62) : w;
    const half = Math.floor(h / 2);
    this.planes[0].rect = { x: 0, y: 0, w: split, h };
    this.planes[1].rect = { x: split + 2, y: 0, w: Math.max(1, w - split - 2), h: half - 1 };
    this.planes[2].rect = { x: split + 2, y: half + 1, w: Math.max(1, w - split - 2), h: h - half - 1 };
    for (const plane of this.planes) plane.fitted = plane.fits();
  }

  draw() {
    const { gl, program: p } = this;
    gl.useProgram(p.made);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_3D, this.volume.texture);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, this.volume.flags);
    gl.uniform1i(p.at.volume, 0);
    gl.uniform1i(p.at.loaded, 1);
    gl.uniform3i(p.at.size, ...this.size);
    gl.uniform2f(p.at.level, ...this.level);
    gl.uniform1i(p.at.inverted, this.inverted ? 1 : 0);
    gl.uniform1i(p.at.headLast, this.data.headLast ? 1 : 0);
    for (const axis of this.shownPlanes) {
      gl.uniform2f(p.at.corner, ...aim(gl, this.planes[axis].rect));
      gl.uniform4f(p.at.map, ...this.planes[axis].map());
      gl.uniform1i(p.at.axis, axis);
      gl.uniform1i(p.at.at, this.at[[AXES.z, AXES.y, AXES.x][axis]]);
      gl.drawArrays(gl.TRIANGLES, 0, 3);
    }
  }

  overlay(pen) {
    const axial = this.planes[0];
    if (this.marksShown) drawCtMarks(pen, axial, this.data.marks, this.at[2], this.current);
    for (const axis of this.shownPlanes) drawEdges(pen, this.planes[axis].rect, this.data.edges[axis]);
    if (this.three) for (const axis of this.shownPlanes) drawCrosshair(pen, this.planes[axis], this.#cross(axis));
    const waiting = this.volume.have[this.at[2]] ? [] : [this.words.loading];
    drawLines(pen, axial.rect, "top-left", [...this.data.title, ...waiting]);
    drawLines(pen, axial.rect, "bottom-left", [this.#sliceText(), this.#place()]);
    drawLines(pen, axial.rect, "bottom-right", [`${this.words.level} ${Math.round(this.level[0])}  ${this.words.width} ${Math.round(this.level[1])} HU`, this.#zoomText()]);
  }

  // Slices are counted from the head down, whatever the order of the volume.
  number(slice) {
    return this.data.headLast ? this.size[2] - slice : slice + 1;
  }

  #sliceText() {
    return this.words.slice.replace("{number}", this.number(this.at[2])).replace("{total}", this.size[2]);
  }

  #place() {
    return this.words.position.replace("{mm}", this.data.positions[this.at[2]].toFixed(1));
  }

  #zoomText() {
    return `${Math.round((this.planes[0].scale[0] / this.shell.density) * 100)} %`;
  }

  #row(slice) {
    return this.data.headLast ? this.size[2] - 1 - slice : slice;
  }

  #cross(axis) {
    const [x, y, z] = this.at;
    return [[x, y], [x, this.#row(z)], [y, this.#row(z)]][axis].map((value) => value + 0.5);
  }

  // Voxel under a device pixel, with the plane that it lies in; null beside the image.
  pick(px, py) {
    const axis = this.shownPlanes.find((one) => this.planes[one].holds(px, py));
    if (axis === undefined) return null;
    const [u, v] = this.planes[axis].toImage(px, py).map(Math.floor);
    const voxel = [[u, v, this.at[2]], [u, this.at[1], this.#row(v)], [this.at[0], u, this.#row(v)]][axis];
    const inside = voxel.every((value, i) => value >= 0 && value < this.size[i]);
    return { axis, plane: this.planes[axis], voxel: inside ? voxel : null };
  }

  hover(px, py) {
    const found = this.pick(px, py);
    const value = found?.voxel ? this.volume.value(...found.voxel) : null;
    return value === null ? { text: "", value: "" } : { text: `${value} HU`, value: String(value), voxel: found.voxel.join(",") };
  }

  go(slice) {
    this.at[2] = Math.min(this.size[2] - 1, Math.max(0, slice));
    this.volume.look(this.at[2]);
    this.tell();
    this.shell.draw();
  }

  // Where the reader is, for the slider.
  tell() {
    this.shell.report("slice", this.at[2]);
    this.shell.slider(this.number(this.at[2]), this.size[2]);
  }

  // Steps are counted towards the feet.
  step(by, axis = 0) {
    const along = [AXES.z, AXES.y, AXES.x][axis];
    if (axis === 0) this.go(this.at[2] + (this.data.headLast ? -by : by));
    else this.at[along] = Math.min(this.size[along] - 1, Math.max(0, this.at[along] + by));
    this.shell.draw();
  }

  slide(number) {
    this.go(this.data.headLast ? this.size[2] - number : number - 1);
  }

  wheel(steps, px, py) {
    this.step(steps, this.pick(px, py)?.axis ?? 0);
  }

  drag(tool, dx, dy, px, py, start) {
    const plane = start.plane ?? this.planes[0];
    if (tool === "window") this.level = [this.level[0] + dy * 2, Math.max(1, this.level[1] + dx * 4)];
    else if (tool === "pan") plane.panBy(dx, dy);
    else if (tool === "zoom") plane.zoomBy(Math.exp(-dy / 150), start.x, start.y);
    else if (tool === "cross") this.#aim(px, py);
    else {
      start.rest = (start.rest ?? 0) + dy;
      const each = Math.max(3, plane.rect.h / this.size[2] / 1.5);
      const steps = Math.trunc(start.rest / each);
      start.rest -= steps * each;
      if (steps) this.step(steps, start.axis ?? 0);
    }
    this.shell.draw();
  }

  #aim(px, py) {
    const voxel = this.pick(px, py)?.voxel;
    if (!voxel) return;
    [this.at[0], this.at[1]] = voxel;
    this.go(voxel[2]);
  }

  press(tool, px, py) {
    if (tool === "cross") this.#aim(px, py);
  }

  preset(name) {
    if (name === "fit") {
      const range = this.volume.range(this.at[2]);
      if (range) this.level = [(range[0] + range[1]) / 2, Math.max(1, range[1] - range[0])];
    } else this.level = [...PRESETS[name]];
    this.shell.draw();
  }

  isPreset(name) {
    return name in PRESETS && PRESETS[name].every((value, i) => value === this.level[i]);
  }

  // Jump to a mark by its number; false when there is no such mark.
  jump(number) {
    const mark = this.data.marks.find((one) => one.number === number);
    if (!mark) return false;
    this.current = number;
    this.marksShown = true;
    [this.at[0], this.at[1]] = mark.centre.map((value) => Math.min(Math.max(0, Math.floor(value)), 100000));
    const plane = this.planes[0];
    const [x, y] = plane.toScreen(...mark.centre);
    const near = Math.min(plane.rect.w, plane.rect.h) * 0.08;
    const inSight = plane.holds(x - near, y - near) && plane.holds(x + near, y + near);
    if (!inSight) plane.look(...mark.centre);
    this.go(mark.slice);
    return true;
  }

  setThree(on) {
    this.three = on;
    this.tool = on ? "cross" : this.tool === "cross" ? "scroll" : this.tool;
    this.shell.resize();
    for (const plane of this.planes) plane.reset();
    this.shell.draw();
  }

  reset() {
    this.level = [...PRESETS.lung];
    this.inverted = false;
    for (const plane of this.planes) plane.reset();
    this.shell.draw();
  }

  zoomBy(factor, px, py) {
    const plane = this.pick(px, py)?.plane ?? this.planes[0];
    plane.zoomBy(factor, px, py);
    this.shell.draw();
  }

  actual() {
    this.planes[0].zoomBy(1 / this.planes[0].scale[0], this.planes[0].rect.w / 2, this.planes[0].rect.h / 2);
    this.shell.draw();
  }

  // New marks or words from Python; the volume stays where it is.
  update(data) {
    this.data = { ...this.data, marks: outlined(data.marks), words: data.words, title: data.title };
    this.words = data.words;
    this.shell.draw();
  }

  get tools() {
    return this.three ? ["cross", "scroll", "window", "pan", "zoom"] : ["scroll", "window", "pan", "zoom"];
  }

  get presets() {
    return ["lung", "soft", "bone", "fit"];
  }
}
