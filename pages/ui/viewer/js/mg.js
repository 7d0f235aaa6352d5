// The mammography scene: all views of the exam hung together, zoom and window linked, heat map and marks on demand.
import { aim, program, texture } from "./gl.js";
import { best, hang, place } from "./hanging.js";
import { drawLines, drawPictureMarks } from "./overlay.js";
import { Picture } from "./picture.js";
import { Plane } from "./plane.js";
import { HALVE, PICTURE } from "./shaders.js";

const LOUPE = 2.5;

export class MgScene {
  constructor(shell, data) {
    Object.assign(this, { shell, data, words: data.words });
    this.shift = 0; // window centre moved by so many window widths
    this.stretch = 1; // window width times this
    this.inverted = false;
    this.marksShown = data.marksShown ?? true;
    this.heatShown = false;
    this.opacity = 0.6;
    this.current = null;
    this.layout = null; // chosen by the space until the reader chooses
    this.single = null;
    this.tool = "window";
    this.loupe = null;
    this.planes = data.images.map(({ size, spacing, laterality, mirrored }) => new Plane({ size, pixel: spacing ?? [1, 1], side: laterality, mirrored }));
    this.cells = [];
  }

  start(gl, signal) {
    this.gl = gl;
    this.program = program(gl, PICTURE);
    const halve = program(gl, HALVE);
    this.noHeat = texture(gl, gl.TEXTURE_2D, { linear: true });
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, 1, 1, 0, gl.RED, gl.UNSIGNED_BYTE, new Uint8Array(1));
    this.pictures = this.data.images.map((image) => new Picture(gl, image, { signal, halve, onRows: () => this.#arrived() }));
    return this.#load(signal);
  }

  async #load(signal) {
    const waiting = [...this.pictures];
    const next = async () => {
      for (let one = waiting.shift(); one && !signal.aborted; one = waiting.shift()) await one.load();
    };
    try {
      await Promise.all([next(), next()]);
      if (this.heatShown) await this.#heat();
    } catch (problem) {
      if (!signal.aborted) this.shell.problem(problem);
    }
  }

  #arrived() {
    const count = this.pictures.filter((one) => one.ready).length;
    this.shell.report("loaded", count);
    if (count) this.shell.milestone("first");
    if (count === this.pictures.length) this.shell.milestone("full");
    this.shell.draw();
  }

  async #heat() {
    try {
      await Promise.all(this.pictures.map((one) => one.loadHeat()));
    } catch (problem) {
      this.shell.problem(problem);
    }
  }

  resize(w, h) {
    const { images } = this.data;
    const layout = (this.hung = this.layout ?? best(images, w, h));
    const rows = this.single === null ? hang(images, layout) : [[this.single]];
    this.cells = place(rows, w, h, 2 * this.shell.density);
    for (const { cell, rect } of this.cells) if (typeof cell === "number") this.planes[cell].rect = rect;
    const shown = this.shown;
    const fitted = Math.min(...shown.map((i) => this.planes[i].fits()));
    for (const i of shown) {
      const plane = this.planes[i];
      if (plane.zoom === 1) plane.reset(fitted);
      else plane.fitted = fitted;
    }
  }

  get shown() {
    return this.cells.map(({ cell }) => cell).filter((cell) => typeof cell === "number");
  }

  level(i) {
    const [centre, width] = this.data.images[i].window;
    return [centre + this.shift * width, Math.max(1, width * this.stretch)];
  }

  draw() {
    const { gl } = this;
    gl.disable(gl.SCISSOR_TEST);
    gl.clearColor(0, 0, 0, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    for (const i of this.shown) if (this.pictures[i].ready) this.#picture(i, this.planes[i], this.planes[i].rect);
    if (this.loupe) this.#loupe();
  }

  #picture(i, plane, rect) {
    const { gl, program: p } = this;
    const picture = this.pictures[i];
    gl.useProgram(p.made);
    const level = picture.bind(p, 1 / plane.scale[0]);
    gl.activeTexture(gl.TEXTURE2);
    gl.bindTexture(gl.TEXTURE_2D, picture.heatTexture ?? this.noHeat);
    gl.uniform1i(p.at.heat, 2);
    gl.uniform4f(p.at.heatBox, ...(picture.heat?.box ?? [0, 0, 1, 1]));
    gl.uniform1f(p.at.heatOpacity, this.heatShown && picture.heatTexture ? this.opacity : 0);
    gl.uniform2f(p.at.level, ...this.level(i));
    gl.uniform1i(p.at.curve, ["LINEAR", "LINEAR_EXACT", "SIGMOID"].indexOf(this.data.images[i].function));
    gl.uniform1i(p.at.inverted, this.inverted !== this.data.images[i].inverted ? 1 : 0);
    gl.uniform2f(p.at.corner, ...aim(gl, rect));
    gl.uniform4f(p.at.map, ...plane.map(level));
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  // The same image around the pointer, larger.
  #loupe() {
    const { i, x, y } = this.loupe;
    const plane = this.planes[i];
    const side = Math.min(300 * this.shell.density, plane.rect.w, plane.rect.h);
    const rect = { x: Math.round(x - side / 2), y: Math.round(y - side / 2), w: Math.round(side), h: Math.round(side) };
    const glass = new Plane(plane);
    Object.assign(glass, { rect, fitted: plane.fitted, zoom: plane.zoom * LOUPE });
    const [column, row] = plane.toImage(x, y);
    glass.centre = [(glass.mirrored ? glass.size[0] - column : column) / glass.size[0], row / glass.size[1]];
    this.#picture(i, glass, rect);
    this.loupe.rect = rect;
  }

  overlay(pen) {
    for (const { cell, rect } of this.cells) {
      if (typeof cell === "string") {
        drawLines(pen, rect, "top-left", [cell, this.words.missing], "#9FB0BC");
        continue;
      }
      const image = this.data.images[cell];
      const inner = image.laterality === "L" ? "top-right" : "top-left";
      const [centre, width] = this.level(cell).map(Math.round);
      if (this.marksShown && !this.loupe) drawPictureMarks(pen, this.planes[cell], image.marks, this.current);
      const waiting = this.pictures[cell].ready ? [] : [this.words.loading];
      drawLines(pen, rect, inner, [image.label, ...image.notes, ...waiting]);
      const scale = this.planes[cell].scale[0] / this.planes[cell].pixel[0];
      const shown = Math.round(scale * this.planes[cell].pixel[0] * 100);
      drawLines(pen, rect, inner.replace("top", "bottom"), [`${this.words.level} ${centre}  ${this.words.width} ${width}`, `${shown} %`], "#9FB0BC");
    }
    if (this.loupe?.rect) {
      const { x, y, w, h } = this.loupe.rect;
      pen.strokeStyle = "#4FB3BC";
      pen.lineWidth = pen.density;
      pen.strokeRect(x + 0.5, y + 0.5, w - 1, h - 1);
    }
  }

  pick(px, py) {
    const i = this.shown.find((one) => this.planes[one].holds(px, py));
    return i === undefined ? null : { i, plane: this.planes[i] };
  }

  hover(px, py) {
    const found = this.pick(px, py);
    if (!found) return { text: "", value: "" };
    if (this.loupe) {
      this.loupe = { i: found.i, x: px, y: py };
      this.shell.draw();
    }
    const { size, label } = this.data.images[found.i];
    const [x, y] = found.plane.toImage(px, py).map(Math.floor);
    const inside = x >= 0 && y >= 0 && x < size[0] && y < size[1];
    const value = inside ? this.pictures[found.i].value(x, y) : null;
    return value === null ? { text: "", value: "" } : { text: `${label}  ${value}`, value: String(value), voxel: `${found.i},${x},${y}` };
  }

  // Zoom and place move together; the other side moves as in a mirror.
  #link(from) {
    const lead = this.planes[from];
    for (const i of this.shown) {
      const plane = this.planes[i];
      if (plane === lead) continue;
      plane.zoom = lead.zoom;
      const opposite = lead.side && plane.side && lead.side !== plane.side;
      plane.centre = [opposite ? 1 - lead.centre[0] : lead.centre[0], lead.centre[1]];
    }
    this.shell.draw();
  }

  wheel(steps, px, py) {
    this.zoomBy(Math.exp(-steps * 0.15), px, py);
  }

  zoomBy(factor, px, py) {
    const found = this.pick(px, py) ?? this.#middle();
    if (!found) return;
    found.plane.zoomBy(factor, found.x ?? px, found.y ?? py);
    if (found.plane.zoom <= 1 && factor < 1) this.#refit();
    else this.#link(found.i);
  }

  #middle() {
    const [i] = this.shown;
    if (i === undefined) return null;
    const { rect } = this.planes[i];
    return { i, plane: this.planes[i], x: rect.x + rect.w / 2, y: rect.y + rect.h / 2 };
  }

  #refit() {
    for (const i of this.shown) this.planes[i].zoom = 1;
    this.shell.resize();
  }

  drag(tool, dx, dy, px, py, start) {
    if (tool === "window") {
      this.shift += dy / 600;
      this.stretch = Math.min(20, Math.max(0.01, this.stretch * Math.exp(dx / 300)));
    } else if (start.plane) {
      if (tool === "pan") start.plane.panBy(dx, dy);
      else start.plane.zoomBy(Math.exp(-dy / 150), start.x, start.y);
      this.#link(start.i);
    }
    this.shell.draw();
  }

  press() {}

  // One image pixel on one screen pixel, around the pointer.
  actual(px, py) {
    const found = this.pick(px, py) ?? this.#middle();
    if (!found) return;
    found.plane.zoomBy(1 / found.plane.scale[0], found.x ?? px, found.y ?? py);
    this.#link(found.i);
  }

  open(px, py) {
    this.single = this.single === null ? (this.pick(px, py)?.i ?? null) : null;
    for (const plane of this.planes) plane.zoom = 1;
    this.shell.resize();
  }

  setLayout(layout) {
    this.layout = layout;
    this.single = null;
    this.#refit();
  }

  preset(name) {
    if (name === "stored") [this.shift, this.stretch] = [0, 1];
    this.shell.draw();
  }

  isPreset(name) {
    return name === "stored" && this.shift === 0 && this.stretch === 1;
  }

  setHeat(on) {
    this.heatShown = on;
    if (on) this.#heat();
    this.shell.draw();
  }

  setLoupe(on, px, py) {
    const found = on ? this.pick(px, py) : null;
    this.loupe = found ? { i: found.i, x: px, y: py } : null;
    this.shell.draw();
  }

  get marks() {
    return this.data.images.flatMap((image, i) => image.marks.map((mark) => ({ ...mark, image: i })));
  }

  jump(number) {
    const mark = this.marks.find((one) => one.number === number);
    if (!mark) return false;
    this.current = number;
    this.marksShown = true;
    if (!this.shown.includes(mark.image)) {
      this.layout = null;
      this.single = null;
      this.shell.resize();
    }
    const plane = this.planes[mark.image];
    plane.zoom = Math.max(plane.zoom, 2);
    plane.look((mark.box[0] + mark.box[2]) / 2, (mark.box[1] + mark.box[3]) / 2);
    this.#link(mark.image);
    return true;
  }

  reset() {
    [this.shift, this.stretch, this.inverted, this.single, this.layout] = [0, 1, false, null, null];
    this.#refit();
    this.shell.draw();
  }

  update(data) {
    this.words = data.words;
    const heats = data.images.map(({ heat }) => heat);
    this.data = { ...this.data, words: data.words, images: this.data.images.map((image, i) => ({ ...image, marks: data.images[i].marks, heat: heats[i] })) };
    this.pictures?.forEach((picture, i) => (picture.heat = heats[i]));
    this.shell.draw();
  }

  get tools() {
    return ["window", "pan", "zoom"];
  }

  get presets() {
    return ["stored"];
  }

  get hasHeat() {
    return this.data.images.some(({ heat }) => heat);
  }
}
