// The CT scene: axial slices, with coronal and sagittal planes linked by a crosshair on demand, slabs, and an earlier exam beside it.
import { ctCommands, ctKeys } from "./ct_buttons.js";
import { CtTexts } from "./ct_texts.js";
import { Link } from "./link.js";
import { Measures } from "./measure.js";
import { drawCrosshair, drawCtCuts, drawCtMarks } from "./overlay.js";
import { Painter } from "./painter.js";
import { Saliency } from "./saliency.js";
import { ALONG, PLANES, Side } from "./side.js";
import { KINDS } from "./cut.js";

const PRESETS = { lung: [-600, 1500], soft: [40, 400], bone: [400, 1800] };
const THICKNESS_MM = [2, 3, 5, 8, 10, 15, 20, 30, 50];

export class CtScene {
  constructor(shell, data) {
    Object.assign(this, { shell, data, words: data.words });
    this.sides = [new Side(data), ...(data.prior ? [new Side(data.prior)] : [])];
    this.link = data.prior ? new Link(this.sides, data.prior.link?.matrix ?? null) : null;
    this.compare = Boolean(data.prior);
    this.within = true;
    this.lead = 0; // the side that was moved last
    this.level = [...PRESETS.lung];
    this.inverted = false;
    this.smooth = true;
    this.marksShown = true;
    this.saliencyShown = false;
    this.opacity = 0.6;
    this.current = null; // number of the mark jumped to
    this.three = false;
    this.cursor = false; // the crosshair was moved by keys
    this.tool = "scroll";
    this.thickness = { kind: null, mm: 10 };
    this.measures = new Measures(shell, (list) => shell.send("measured", list));
    this.measures.set(data.measurements);
    this.texts = new CtTexts(this);
    if (this.compare) this.link.follow(0, []);
  }

  // Build everything on the card; called again when a lost context has come back.
  async start(gl, signal) {
    this.gl = gl;
    this.painter = new Painter(gl);
    this.saliencies = new Map();
    const options = {
      signal,
      ahead: () => this.shell.ahead,
      onSlices: () => this.#arrived(),
      onProblem: (problem) => this.shell.problem(problem),
    };
    await Promise.all(this.sides.map((side) => side.start(gl, this.painter, options)));
    if (this.saliencyShown) await this.#loadSaliency();
  }

  get side() {
    return this.sides[0];
  }

  get at() {
    return this.side.at;
  }

  get planes() {
    return this.views.map(({ side, axis }) => this.sides[side].planes[axis]);
  }

  // Everything in sight: which exam in which plane.
  get views() {
    const axes = this.three && this.side.cuttable ? [0, 1, 2] : [0];
    const shown = this.compare ? [0, 1] : [0];
    return shown.flatMap((side) => (this.sides[side].cuttable ? axes : [0]).map((axis) => ({ side, axis })));
  }

  #arrived() {
    const { volume, at } = this.side;
    if (volume.has(at[2]) || volume.lost(at[2])) this.shell.milestone("first");
    const count = this.sides.reduce((sum, side) => sum + (side.volume?.count ?? 0), 0);
    this.shell.report("loaded", count);
    if (count === this.sides.reduce((sum, side) => sum + side.data.size[2], 0)) this.shell.milestone("full");
    this.shell.draw();
  }

  wake() {
    for (const side of this.sides) side.volume?.wake();
  }

  resize(w, h) {
    const beside = this.compare ? Math.floor((w - 2) / 2) : w;
    this.sides.forEach((side, i) => this.#place(side, { x: i * (beside + 2), y: 0, w: beside, h }));
    for (const side of this.sides) for (const plane of side.planes) plane.fitted = plane.fits();
    if (this.compare) this.#follow();
  }

  // Three planes: the axial one large, the others beside it, or below it where the space is narrow.
  #place(side, { x, y, w, h }) {
    const [axial, coronal, sagittal] = side.planes;
    axial.rect = { x, y, w, h };
    if (!this.three || !side.cuttable) return;
    if (w >= h * 1.05) {
      const [split, half] = [Math.floor(w * 0.62), Math.floor(h / 2)];
      axial.rect = { x, y, w: split, h };
      coronal.rect = { x: x + split + 2, y, w: Math.max(1, w - split - 2), h: half - 1 };
      sagittal.rect = { ...coronal.rect, y: y + half + 1, h: h - half - 1 };
    } else {
      const [split, half] = [Math.floor(h * 0.6), Math.floor(w / 2)];
      axial.rect = { x, y, w, h: split };
      coronal.rect = { x, y: y + split + 2, w: half - 1, h: Math.max(1, h - split - 2) };
      sagittal.rect = { ...coronal.rect, x: x + half + 1, w: w - half - 1 };
    }
  }

  get look() {
    const saliency = this.heatShown ? (this.saliencies.get(this.marked?.saliency?.url) ?? null) : null;
    return { level: this.level, inverted: this.inverted, smooth: this.smooth, slab: this.thickness, saliency, strength: this.opacity };
  }

  draw() {
    this.painter.clear();
    const { look } = this;
    for (const { side, axis } of this.views) this.painter.plane(this.sides[side], axis, side === 0 ? look : { ...look, saliency: null });
    this.texts.draw();
    this.shell.report("shown", this.at[2]);
    this.shell.report("planes", JSON.stringify(this.views.map((one) => this.#lies(one))));
  }

  // Where a plane lies, for whoever compares the picture with the file: device pixel = origin + image pixel * scale.
  #lies({ side, axis }) {
    const plane = this.sides[side].planes[axis];
    const { x, y, w, h } = plane.rect;
    return { side, plane: PLANES[axis], rect: [x, y, w, h], scale: plane.scale, origin: plane.toScreen(0, 0), layer: this.sides[side].at[ALONG[axis]] };
  }

  // Whether anything lies over the image that moves with it; else the layer above is left as it is.
  get busy() {
    return this.three || this.cursor || this.compare || this.measures.list.length > 0 || this.marks.length > 0;
  }

  overlay(pen) {
    for (const { side, axis } of this.views) {
      const one = this.sides[side];
      const current = side === 0 ? this.current : null;
      if (axis === 0 && this.marksShown) drawCtMarks(pen, one.planes[0], one.marks, one.at[2], current);
      else if (this.marksShown) drawCtCuts(pen, one.planes[axis], one.marks, axis, one.at[ALONG[axis]], current);
      if (this.three || this.cursor) drawCrosshair(pen, one.planes[axis], one.onPlane(axis, one.at));
      this.measures.draw(pen, this.view(side, axis));
    }
  }

  // A plane as the measuring tools see it: points are LPS mm.
  view(side, axis) {
    const one = this.sides[side];
    const along = ALONG[axis];
    const plane = one.planes[axis];
    const { data } = one;
    return {
      place: () => ({ image: one.name, exam: data.exam ?? null, plane: PLANES[axis], slice: axis === 0 ? one.number(one.at[2]) : null }),
      shows: (measurement) => {
        if (measurement.image !== one.name || measurement.plane !== PLANES[axis]) return false;
        const { first, count } = one.slab(axis, this.thickness);
        const layer = Math.round(one.fromLps(measurement.points[0])[along]);
        return layer >= first && layer < first + count;
      },
      toScreen: (point) => plane.toScreen(...one.onPlane(axis, one.fromLps(point))),
      toWorld: (x, y) => {
        const voxel = one.voxel(axis, plane.toImage(x, y));
        return this.#measurable(one) && one.inside(voxel.map((value) => value + 0.5)) ? one.lps(voxel) : null;
      },
      // Unit vector in the plane, perpendicular to a line, on the side of `hint`.
      across: (a, b, hint) => {
        const [u, v] = [one.fromLps(a), one.fromLps(b)].map((voxel) => one.onPlane(axis, voxel));
        const [dx, dy] = [(v[0] - u[0]) * plane.pixel[0], (v[1] - u[1]) * plane.pixel[1]];
        const long = Math.hypot(dx, dy) || 1;
        const [ox, oy] = [-dy / long / plane.pixel[0], dx / long / plane.pixel[1]];
        const [from, to] = [one.voxel(axis, [0.5, 0.5]), one.voxel(axis, [0.5 + ox, 0.5 + oy])].map((voxel) => one.lps(voxel));
        const normal = to.map((value, i) => value - from[i]);
        const size = Math.hypot(...normal) || 1;
        const turn = hint && normal.reduce((total, value, i) => total + value * hint[i], 0) < 0 ? -1 : 1;
        return normal.map((value) => (turn * value) / size);
      },
    };
  }

  // On a missing slice there is nothing to measure.
  #measurable(one) {
    return one.places[one.at[2]] >= 0;
  }

  // Voxel under a device pixel, with the exam and plane that it lies in; null beside the images.
  pick(px, py) {
    const found = this.views.find(({ side, axis }) => this.sides[side].planes[axis].holds(px, py));
    if (!found) return null;
    const one = this.sides[found.side];
    const plane = one.planes[found.axis];
    const voxel = one.voxel(found.axis, plane.toImage(px, py)).map((value) => Math.floor(value + 0.5));
    return { ...found, plane, voxel: one.inside(voxel) ? voxel : null };
  }

  // What the value under the pointer depends on, beside the pointer.
  get place() {
    const shown = this.views.map(({ side, axis }) => [this.sides[side].at, this.sides[side].planes[axis].scale, this.sides[side].planes[axis].centre]);
    return `${shown}|${this.thickness.kind} ${this.thickness.mm}|${this.side.volume?.stamp}`;
  }

  // Hounsfield units under the pointer: of the voxel, or of the slab where one is shown.
  hover(px, py) {
    const found = this.pick(px, py);
    if (!found?.voxel || !this.sides[found.side].volume) return { text: "", value: "" };
    const one = this.sides[found.side];
    const { count } = one.slab(found.axis, this.thickness);
    const [u, v] = one.onPlane(found.axis, found.voxel).map(Math.floor);
    const value = count > 1 ? one.cut(found.axis).value(u, v) : one.volume.value(...found.voxel);
    if (value === null) return { text: "", value: "" };
    const name = count > 1 ? `${this.words[this.thickness.kind]} ` : "";
    const text = [`${name}${value} HU`, ...this.#reaction(found)].join(" · ");
    return { text, value: String(value), voxel: found.voxel.join(","), side: found.side, axis: found.axis };
  }

  // What the network's reaction is at a voxel, in words and as odds, while its map is shown.
  #reaction({ side, voxel }) {
    const map = side === 0 ? this.look.saliency : null;
    const change = map ? map.at(this.side.lps(voxel)) : 0;
    const odds = Math.exp(change).toFixed(2);
    if (odds === "1.00") return [];
    return [this.words.saliency_value.replace("{word}", this.words[change > 0 ? "saliency_for" : "saliency_against"]).replace("{odds}", odds)];
  }

  // Move the layer of one exam; the other follows where the two are linked.
  go(layer, side = 0) {
    const one = this.sides[side];
    one.at[2] = Math.min(one.size[2] - 1, Math.max(0, layer));
    this.#moved(side);
  }

  #moved(side) {
    this.lead = side;
    this.#follow();
    for (const one of this.compare ? this.sides : [this.side]) one.volume?.look(one.at[2]);
    this.tell();
    this.shell.draw();
  }

  #follow() {
    if (this.compare) this.within = this.link.follow(this.lead, [0, 1, 2]);
  }

  // Where the reader is, for the slider.
  tell() {
    this.shell.report("slice", this.at[2]);
    this.shell.report("at", this.at.join(","));
    if (this.compare) this.shell.report("prior", this.sides[1].at.join(","));
    this.shell.slider(this.side.rung(this.at[2]), this.side.size[2]);
  }

  // Steps are counted towards the feet.
  step(by, axis = 0, side = this.lead) {
    const one = this.sides[side];
    const along = ALONG[axis];
    if (axis === 0) return this.go(one.at[2] + (one.headLast ? -by : by), side);
    one.at[along] = Math.min(one.size[along] - 1, Math.max(0, one.at[along] + by));
    return this.#moved(side);
  }

  // The crosshair by keys: voxels across and down in the axial plane.
  nudge(across, down) {
    this.cursor = true;
    const one = this.sides[this.lead];
    one.at = one.clamped([one.at[0] + across, one.at[1] + down, one.at[2]]);
    this.#moved(this.lead);
  }

  slide(rung) {
    this.go(this.side.layer(rung));
  }

  wheel(steps, px, py) {
    const found = this.pick(px, py);
    this.step(steps, found?.axis ?? 0, found?.side ?? 0);
  }

  grab(tool, px, py) {
    const found = this.pick(px, py);
    return found ? this.measures.grab(this.view(found.side, found.axis), px, py, tool) : false;
  }

  drop(px, py) {
    this.measures.drop(px, py);
  }

  drag(tool, dx, dy, px, py, start) {
    const side = start.side ?? 0;
    const plane = start.plane ?? this.side.planes[0];
    if (this.measures.drag(px, py)) return;
    if (tool === "window") this.level = [this.level[0] + dy * 2, Math.max(1, this.level[1] + dx * 4)];
    else if (tool === "pan") this.#turned(side, () => plane.panBy(dx * this.shell.density, dy * this.shell.density));
    else if (tool === "zoom") this.#turned(side, () => plane.zoomBy(Math.exp(-dy / 150), start.x, start.y));
    else if (tool === "cross") this.#aim(px, py);
    else {
      start.rest = (start.rest ?? 0) + dy;
      const each = Math.max(3, plane.rect.h / this.shell.density / this.side.size[2] / 1.5);
      const steps = Math.trunc(start.rest / each);
      start.rest -= steps * each;
      if (steps) this.step(steps, start.axis ?? 0, side);
    }
    this.shell.draw();
  }

  // Zoom or place of one side changed; the other side follows.
  #turned(side, change) {
    change();
    this.lead = side;
    this.#follow();
    this.shell.draw();
  }

  #aim(px, py) {
    const found = this.pick(px, py);
    if (!found?.voxel) return;
    this.cursor = true;
    this.sides[found.side].at = found.voxel;
    this.#moved(found.side);
  }

  press(tool, px, py) {
    if (tool === "cross") this.#aim(px, py);
  }

  preset(name) {
    if (name === "fit") {
      const range = this.side.volume.range(this.at[2]);
      if (range) this.level = [(range[0] + range[1]) / 2, Math.max(1, range[1] - range[0])];
    } else this.level = [...PRESETS[name]];
    this.shell.draw();
  }

  isPreset(name) {
    return name in PRESETS && PRESETS[name].every((value, i) => value === this.level[i]);
  }

  // Window by keys: narrower or wider, darker or brighter, in tenths of the width.
  relevel(up, wider) {
    const [centre, width] = this.level;
    this.level = [Math.round(centre + up * Math.max(1, width / 10)), Math.max(1, Math.round(width * 1.1 ** wider))];
  }

  // Off, highest, lowest, mean, and off again.
  turnSlab() {
    const next = KINDS.indexOf(this.thickness.kind) + 1;
    this.thickness = { ...this.thickness, kind: KINDS[next] ?? null };
  }

  thicken(by) {
    const at = THICKNESS_MM.indexOf(this.thickness.mm) + by;
    this.thickness = { ...this.thickness, mm: THICKNESS_MM[Math.min(THICKNESS_MM.length - 1, Math.max(0, at))] };
  }

  // Jump to a mark by its number; false when there is no such mark.
  jump(number) {
    const mark = this.marks.find((one) => one.number === number);
    if (!mark) return false;
    this.current = number;
    this.marksShown = true;
    const { side } = this;
    [side.at[0], side.at[1]] = mark.centre.map((value, i) => Math.min(Math.max(0, Math.floor(value)), side.size[i] - 1));
    const [plane] = side.planes;
    const [x, y] = plane.toScreen(...mark.centre);
    const near = Math.min(plane.rect.w, plane.rect.h) * 0.08;
    const inSight = plane.holds(x - near, y - near) && plane.holds(x + near, y + near);
    if (!inSight) plane.look(...mark.centre);
    this.go(mark.slice);
    this.#loadSaliency();
    return true;
  }

  get marks() {
    return this.side.marks;
  }

  setThree(on) {
    this.three = on;
    this.tool = on ? "cross" : this.tool === "cross" ? "scroll" : this.tool;
    this.refit();
  }

  setCompare(on) {
    this.compare = on && this.sides.length > 1;
    this.lead = 0;
    this.refit();
    this.#moved(0);
  }

  setLinked(on) {
    this.link.on = on;
    this.lead = 0;
    this.#follow();
  }

  linkHere() {
    this.link.here();
    this.#follow();
  }

  refit() {
    this.shell.resize();
    for (const side of this.sides) for (const plane of side.planes) plane.reset();
    this.#follow();
    this.shell.draw();
  }

  reset() {
    this.level = [...PRESETS.lung];
    this.inverted = false;
    this.thickness = { kind: null, mm: 10 };
    this.cursor = false;
    this.lead = 0;
    this.refit();
  }

  zoomBy(factor, px, py) {
    const found = this.pick(px, py) ?? { side: 0, plane: this.side.planes[0] };
    this.#turned(found.side, () => found.plane.zoomBy(factor, px, py));
  }

  panBy(dx, dy, px, py) {
    const found = this.pick(px, py) ?? { side: 0, plane: this.side.planes[0] };
    this.#turned(found.side, () => found.plane.panBy(dx, dy));
  }

  actual() {
    const [plane] = this.side.planes;
    const { rect } = plane;
    this.#turned(0, () => {
      plane.zoomBy(1 / plane.scale[0], rect.x + rect.w / 2, rect.y + rect.h / 2);
      const [x, y] = plane.toScreen(0, 0);
      plane.panBy(Math.round(x) - x, Math.round(y) - y); // pixel on pixel: nothing blurs
    });
  }

  // A key sets an end of a measurement at the crosshair.
  mark() {
    const one = this.sides[this.lead];
    this.cursor = true;
    if (this.#measurable(one)) this.measures.place(this.view(this.lead, 0), one.lps(one.at), this.tool);
  }

  // The next end or measurement, brought into sight.
  turnMeasure() {
    const one = this.measures.turn();
    if (!one) return;
    const side = this.sides.findIndex((each) => each.name === one.image);
    if (side < 0) return;
    this.cursor = true;
    this.sides[side].at = this.sides[side].clamped(this.sides[side].fromLps(one.points[this.measures.grip]));
    this.#moved(side);
  }

  // The marks that have a map of the network's reaction, the chosen mark, and whether its map is shown: never while the AI marks are hidden.
  get mapped() {
    return this.marks.filter((mark) => mark.saliency);
  }

  get marked() {
    return this.marks.find((mark) => mark.number === this.current) ?? null;
  }

  get heatShown() {
    return this.saliencyShown && this.marksShown && this.mapped.length > 0;
  }

  // Of the chosen mark; where none is chosen, the first that has a map is.
  setSaliency(on) {
    this.saliencyShown = on;
    this.marksShown ||= on;
    if (on && this.marked === null && this.mapped.length) this.shell.jump(this.mapped[0].number);
    else this.#loadSaliency();
    this.shell.draw();
  }

  async #loadSaliency() {
    const mark = this.saliencyShown ? this.marked : null;
    const { signal } = this.shell.stop;
    if (!mark?.saliency || this.saliencies.has(mark.saliency.url)) return;
    const made = new Saliency(this.gl, mark.saliency, signal);
    this.saliencies.set(mark.saliency.url, made);
    try {
      await made.load();
      this.shell.report("saliency", mark.number);
      this.shell.draw();
    } catch (problem) {
      this.saliencies.delete(mark.saliency.url);
      if (!signal.aborted) this.shell.problem(problem);
    }
  }

  // New marks or words from Python; the volumes stay where they are.
  update(data) {
    this.data = { ...this.data, ...data };
    this.words = data.words;
    this.side.dress(data);
    if (data.prior && this.sides[1]) {
      this.sides[1].dress(data.prior);
      if (this.link.register(data.prior.link?.matrix ?? null)) this.go(this.at[2]);
    }
    if (data.measurements && !this.measures.held) this.measures.set(data.measurements);
    this.shell.draw();
  }

  commands() {
    return ctCommands(this);
  }

  keys() {
    return ctKeys(this);
  }

  // Whether the key that sets points has something to do.
  get measuring() {
    return Measures.kind(this.tool) !== null || this.measures.chosen !== null;
  }

  get tools() {
    const own = ["scroll", "window", "pan", "zoom", "length", "diameters"];
    return this.side.cuttable || this.sides.length > 1 ? ["cross", ...own] : own;
  }

  get presets() {
    return ["lung", "soft", "bone", "fit"];
  }
}
