// The mammography scene: the views of an exam hung together, an earlier exam view for view, zoom and window linked.
import { below, best, hang, place, sorted } from "./hanging.js";
import { Magnifier } from "./magnifier.js";
import { Measures } from "./measure.js";
import { mgCommands, mgKeys } from "./mg_buttons.js";
import { MgCanvas } from "./mg_canvas.js";
import { MgMeasures } from "./mg_measure.js";
import { mgOverlay } from "./mg_overlay.js";
import { Plane } from "./plane.js";
import { align, follow, pixelSizes } from "./scale.js";
import { calibrate, pixelsPerMm } from "./truesize.js";

export class MgScene {
  constructor(shell, data) {
    const earlier = data.prior?.images ?? [];
    Object.assign(this, { shell, data, words: data.words, images: [...data.images, ...earlier] });
    this.own = sorted(this.images, 0, data.images.length);
    this.earlier = sorted(this.images, data.images.length, this.images.length);
    Object.assign(this, { shift: 0, stretch: 1, inverted: false }); // the window moved by widths, made so many times as wide
    Object.assign(this, { marksShown: data.marksShown ?? true, heatShown: false, opacity: 0.6, current: null }); // current: number of the mark jumped to
    Object.assign(this, { layout: null, single: null, prior: "no", tool: "window" }); // layout: chosen by the space until the reader chooses
    this.magnifier = new Magnifier(shell);
    const sizes = pixelSizes(this.images);
    this.toScale = sizes.map((one) => one.toScale);
    this.planes = this.images.map(({ size, laterality, mirrored }, i) => new Plane({ size, pixel: sizes[i].pixel, side: laterality, mirrored }));
    this.cells = [];
    this.measures = new MgMeasures(this);
    this.measures.take(data.measurements);
  }

  start(gl, signal) {
    this.canvas = new MgCanvas(this, gl, signal);
    return this.canvas.load();
  }

  arrived() {
    const { pictures } = this.canvas;
    const own = this.data.images.length;
    this.shell.report("loaded", pictures.slice(0, own).filter((one) => one.ready).length);
    this.shell.report("earlier", pictures.slice(own).filter((one) => one.ready).length);
    if (pictures.some((one) => one.ready)) this.shell.milestone("first");
    const first = Object.values(this.own.parts);
    if (first.every((i) => pictures[i].done)) this.shell.milestone("views");
    if (pictures.slice(0, own).every((one) => one.done)) this.shell.milestone("full");
    this.shell.draw();
  }

  // --- what hangs where ---------------------------------------------------------------------------------------------------------

  // The image of the earlier exam that shows the same as image i, else words for its absence.
  priorOf(i) {
    const { part, label } = typeof i === "number" ? this.images[i] : { part: i.replace(" ", "-"), label: i };
    return this.earlier.parts[part] ?? { absent: this.words.no_prior.replace("{view}", label) };
  }

  #rows(layout) {
    const rows = this.single === null ? hang(this.own, this.data.expected, layout) : [[this.single]];
    if (this.prior === "beside" && this.single !== null) return [[this.single, this.priorOf(this.single)]];
    if (this.prior === "beside") return below(rows, (i) => this.priorOf(i));
    return this.prior === "instead" ? rows.map((row) => row.map((i) => this.priorOf(i))) : rows;
  }

  resize(w, h) {
    const shape = (i) => this.planes[i].size.map((side, axis) => side * this.planes[i].pixel[axis]);
    this.hung = this.layout ?? best((layout) => this.#rows(layout), w, h, shape);
    this.cells = place(this.#rows(this.hung), w, h, 2 * this.shell.density);
    for (const { cell, rect } of this.cells) if (typeof cell === "number") this.planes[cell].rect = rect;
    this.#fit();
  }

  // One scale for all views in sight; those that the reader has not zoomed fit as a whole.
  #fit() {
    const fitted = Math.min(...this.shown.map((i) => this.planes[i].fits()));
    for (const i of this.shown) {
      const plane = this.planes[i];
      if (plane.zoom === 1) plane.reset(fitted);
      else plane.fitted = fitted;
    }
  }

  get shown() {
    return this.cells.map(({ cell }) => cell).filter((cell) => typeof cell === "number");
  }

  setLayout(layout) {
    [this.layout, this.single] = [layout, null];
    this.#refit();
  }

  // "no", "instead" or "beside"; scale and place stay where the reader has zoomed.
  setPrior(how) {
    const lead = this.planes[this.shown[0] ?? 0];
    const scale = lead.zoom === 1 ? null : lead.zoom * lead.fitted;
    this.prior = this.prior === how ? "no" : how;
    this.shell.report("prior", this.prior);
    if (scale === null) return this.#refit();
    this.shell.resize();
    for (const i of this.shown) {
      if (this.planes[i] !== lead) follow(this.planes[i], lead);
      this.planes[i].zoom = scale / this.planes[i].fitted;
      align(this.planes[i]);
    }
  }

  open(px, py) {
    const found = this.pick(px, py)?.i ?? null;
    this.single = this.single === null && found < this.data.images.length ? found : null;
    this.#refit();
  }

  #refit() {
    for (const plane of this.planes) plane.zoom = 1;
    this.shell.resize();
  }

  // --- what is drawn ------------------------------------------------------------------------------------------------------------

  level(i) {
    const { window, inverted } = this.images[i];
    const [centre, width] = window;
    return [centre + (inverted ? -this.shift : this.shift) * width, Math.max(Math.min(1, width), width * this.stretch)];
  }

  draw() {
    this.canvas.clear();
    for (const i of this.shown) this.canvas.draw(i, this.planes[i]);
    const { at } = this.magnifier;
    if (at) this.canvas.draw(at.i, this.magnifier.glass(this.planes[at.i]));
  }

  overlay(pen) {
    mgOverlay(pen, this);
  }

  // --- what the reader does -----------------------------------------------------------------------------------------------------

  pick(px, py) {
    const i = this.shown.find((one) => this.planes[one].holds(px, py));
    return i === undefined ? null : { i, plane: this.planes[i], x: px, y: py };
  }

  hover(px, py) {
    const found = this.pick(px, py);
    if (found && this.magnifier.move(found)) this.shell.draw();
    const { size, label, rescale } = found ? this.images[found.i] : {};
    const [x, y] = found ? found.plane.toImage(px, py).map(Math.floor) : [-1, -1];
    const inside = found && x >= 0 && y >= 0 && x < size[0] && y < size[1];
    const value = inside ? this.canvas.pictures[found.i].value(x, y) : null;
    if (value === null) return { text: "", value: "" };
    const said = rescale ? String(+(value * rescale[0] + rescale[1]).toFixed(3)) : `${Math.round(value / 655.35)} %`;
    return { text: `${label}  ${said}`, value: said, voxel: `${found.i},${x},${y}` };
  }

  // Zoom and place move together, in millimetres from the chest wall.
  link(from) {
    for (const i of this.shown) if (i !== from) follow(this.planes[i], this.planes[from]);
    for (const i of this.shown) align(this.planes[i]);
    this.shell.draw();
  }

  wheel(steps, px, py) {
    if (this.magnifier.open) this.magnifier.turn(steps), this.shell.draw();
    else this.zoomBy(Math.exp(-steps * 0.15), px, py);
  }

  zoomBy(factor, px, py) {
    const found = this.pick(px, py) ?? this.#middle();
    if (!found) return;
    found.plane.zoomBy(factor, found.x, found.y);
    if (found.plane.zoom <= 1 && factor < 1) this.#refit();
    else this.link(found.i);
  }

  #middle() {
    const [i] = this.shown;
    if (i === undefined) return null;
    return { i, plane: this.planes[i], ...this.#wall(this.planes[i]) };
  }

  #wall({ rect, side }) {
    const across = { L: 0, R: 1 }[side] ?? 0.5;
    return { x: rect.x + rect.w * across, y: rect.y + rect.h / 2 };
  }

  press() {}

  // The measuring tools take hold of what is under the pointer, or begin something new.
  grab(tool, px, py) {
    const found = this.pick(px, py);
    if (!found || this.magnifier.open) return false;
    if (Measures.kind(tool)) this.shell.say(this.toScale[found.i] ? "" : this.words.no_size);
    return this.measures.grab(this.measures.of(found.i), px, py, tool);
  }

  drop(px, py) {
    this.measures.drop(px, py);
  }

  // By keyboard: an end of a measurement is set where the pointer is.
  mark() {
    const found = this.pick(...this.shell.pointer);
    const at = found && this.measures.of(found.i).toWorld(found.x, found.y);
    if (at) this.measures.place(this.measures.of(found.i), at, this.tool);
    else if (found && !this.toScale[found.i]) this.shell.say(this.words.no_size);
  }

  get measuring() {
    return Measures.kind(this.tool) !== null || this.measures.chosen !== null;
  }

  drag(tool, dx, dy, px, py, start) {
    if (this.magnifier.open || this.measures.drag(px, py)) return;
    if (tool === "window") {
      this.shift += dy / 600;
      this.stretch = Math.min(20, Math.max(0.01, this.stretch * Math.exp(dx / 300)));
    } else if (start.plane) {
      if (tool === "pan") start.plane.panBy(dx * this.shell.density, dy * this.shell.density);
      else if (tool === "zoom") start.plane.zoomBy(Math.exp(-dy / 150), start.x, start.y);
      this.link(start.i);
    }
    this.shell.draw();
  }

  // One image pixel on one screen pixel, around the pointer.
  actual(px, py) {
    const found = this.#aim(px, py);
    if (found) this.#scaleTo(found, 1 / found.plane.pixel[0]);
  }

  // The image under the pointer, else the chest wall of the first view.
  #aim(px, py) {
    const found = this.pick(px, py);
    if (!found) return this.#middle();
    const inside = found.plane.toImage(px, py).every((at, axis) => at >= 0 && at < found.plane.size[axis]);
    return inside ? found : { ...found, ...this.#wall(found.plane) };
  }

  // `perMm`: screen pixels a millimetre.
  #scaleTo({ i, plane, x, y }, perMm) {
    plane.zoomBy(perMm / (plane.fitted * plane.zoom), x, y);
    this.link(i);
  }

  // A millimetre of the breast as a millimetre of the screen; asks for the bank card where this monitor is not known yet.
  trueSize() {
    const found = this.#aim(...this.shell.pointer);
    if (!found) return;
    if (!this.toScale[found.i]) return this.shell.say(this.words.no_size);
    const wanted = pixelsPerMm();
    if (wanted === null) return this.calibrate();
    this.#scaleTo(found, wanted);
  }

  calibrate() {
    calibrate(this.shell, () => (this.trueSize(), this.shell.draw()));
  }

  preset() {
    [this.shift, this.stretch] = [0, 1];
  }

  // Steps of the keys: darker, wider.
  relevel(shift, stretch) {
    this.shift += 0.05 * shift;
    this.stretch = Math.min(20, Math.max(0.01, this.stretch * 1.15 ** stretch));
    this.shell.draw();
  }

  isPreset() {
    return this.shift === 0 && this.stretch === 1;
  }

  setHeat(on) {
    this.heatShown = on;
    if (on) this.canvas.heat();
  }

  setMagnifier() {
    this.magnifier.toggle(this.pick(...this.shell.pointer));
  }

  get marks() {
    return this.images.flatMap((image, i) => image.marks.map((mark) => ({ ...mark, image: i })));
  }

  jump(number) {
    const mark = this.marks.find((one) => one.number === number);
    if (!mark) return false;
    [this.current, this.marksShown] = [number, true];
    if (!this.shown.includes(mark.image)) {
      [this.layout, this.single] = [this.own.extra.includes(mark.image) ? "extra" : null, null];
      this.prior = this.prior === "instead" ? "no" : this.prior;
      this.shell.resize();
    }
    const plane = this.planes[mark.image];
    plane.zoom = Math.max(plane.zoom, 2);
    plane.look((mark.box[0] + mark.box[2]) / 2, (mark.box[1] + mark.box[3]) / 2);
    this.link(mark.image);
    return true;
  }

  reset() {
    [this.shift, this.stretch, this.inverted, this.single, this.layout, this.prior] = [0, 1, false, null, null, "no"];
    this.#refit();
  }

  // New marks, heat maps or words from Python; the images stay where they are.
  update(data) {
    const given = [...data.images, ...(data.prior?.images ?? [])];
    [this.words, this.data] = [data.words, { ...this.data, ...data }];
    this.images = given.map((image, i) => ({ ...this.images[i], marks: image.marks, heat: image.heat, label: image.label, notes: image.notes, doubts: image.doubts }));
    this.canvas?.pictures.forEach((picture, i) => (picture.heat = given[i].heat));
    if (data.measurements && !this.measures.held) this.measures.take(data.measurements);
    this.shell.draw();
  }

  // No longer loaded out of sight, ahead of its turn: the earlier exam may come now.
  wake() {
    this.canvas?.load();
  }

  commands() {
    return mgCommands(this);
  }

  keys() {
    return mgKeys(this);
  }

  get tools() {
    return ["window", "pan", "zoom", "length", "diameters"];
  }

  get presets() {
    return ["stored"];
  }

  get hasHeat() {
    return this.data.images.some(({ heat }) => heat);
  }
}
