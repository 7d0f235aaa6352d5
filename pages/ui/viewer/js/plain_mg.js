// Mammograms as pictures of the server: the same hanging, windows by steps, marks, the earlier exam in the same places.
import { hang, sorted } from "./hanging.js";
import { PlainPicture, plainCommands } from "./plain_picture.js";

export class PlainMg {
  constructor(view) {
    Object.assign(this, { view, shift: 0, stretch: 1, inverted: false, zoom: 1, layout: "row", single: null, earlier: false, current: null });
    this.marksShown = view.data.marksShown ?? true;
    this.made = new Map();
    view.part("rail").hidden = true;
    this.update();
  }

  update() {
    const { images, prior } = this.view.data;
    this.images = [...images, ...(prior?.images ?? [])];
    this.own = sorted(this.images, 0, images.length);
    this.before = sorted(this.images, images.length, this.images.length);
    this.marks = this.images.flatMap((image, i) => image.marks.map((mark) => ({ ...mark, image: i })));
  }

  draw() {
    const { data } = this.view;
    const current = this.single === null ? hang(this.own, data.expected, this.layout).flat() : [this.single];
    const cells = this.earlier ? current.map((cell) => this.#before(cell)) : current;
    this.view.part("pictures").replaceChildren(...cells.map((cell) => this.#figure(cell)));
    this.view.part("pictures").classList.toggle("large", this.zoom > 1);
    this.view.report("views", cells.map((cell) => this.images[cell]?.label ?? "–").join("|"));
  }

  #before(cell) {
    const { part, label } = typeof cell === "number" ? this.images[cell] : { part: cell.replace(" ", "-"), label: cell };
    return this.before.parts[part] ?? { absent: this.view.data.words.no_prior.replace("{view}", label) };
  }

  #figure(cell) {
    const { words } = this.view.data;
    const key = typeof cell === "number" ? this.images[cell].id : JSON.stringify(cell);
    const picture = this.made.get(key) ?? new PlainPicture({ failed: words.no_image });
    this.made.set(key, picture);
    if (typeof cell !== "number") {
      picture.show({ url: "" }, { lines: [cell.absent ?? words.missing.replace("{view}", cell)], alarm: !cell.absent, marks: [] });
      return picture.figure;
    }
    const image = this.images[cell];
    const title = cell >= this.view.data.images.length ? [this.view.data.prior.title] : [];
    const lines = [image.label, ...title, ...image.notes, ...image.doubts, ...(image.problem ? [image.problem] : []), ...(cell === 0 ? this.view.data.notice : [])];
    const marks = this.marksShown ? image.marks : [];
    const { current, inverted, zoom } = this;
    const shown = { url: image.problem ? "" : this.#url(image), words: [image.label, ...title].join(", "), size: image.size, mirrored: image.mirrored, side: image.laterality };
    picture.show(shown, { lines, alarm: Boolean(image.problem || image.doubts.length), marks, current, inverted, zoom });
    picture.figure.ondblclick = () => (this.#open(cell), this.draw(), this.view.refresh());
    return picture.figure;
  }

  #url({ url, version }) {
    const full = this.zoom > 1 ? "&full" : "";
    return `${url}/picture.png?v=${version}&shift=${this.shift.toFixed(2)}&stretch=${this.stretch.toFixed(3)}${full}`;
  }

  #open(cell) {
    this.single = this.single === null && cell < this.view.data.images.length ? cell : null;
    this.zoom = 1;
  }

  relevel(shift, stretch) {
    this.shift = Math.min(2, Math.max(-2, this.shift + 0.05 * shift));
    this.stretch = Math.min(8, Math.max(0.05, this.stretch * 1.15 ** stretch));
  }

  wheel() {}

  // Larger means one view in its own pixels, to be scrolled.
  zoomBy(factor) {
    if (this.single === null && factor > 1) this.single = this.#first();
    this.zoom = Math.min(8, Math.max(1, this.zoom * factor));
    this.draw();
  }

  #first() {
    return hang(this.own, this.view.data.expected, this.layout).flat().find((cell) => typeof cell === "number") ?? null;
  }

  look(mark) {
    [this.single, this.earlier, this.layout] = [null, false, this.own.extra.includes(mark.image) ? "extra" : "row"];
  }

  reset() {
    Object.assign(this, { shift: 0, stretch: 1, inverted: false, zoom: 1, layout: "row", single: null, earlier: false });
  }

  commands() {
    const { words } = this.view.data;
    const layouts = [["row", "2"], [0, "4"], [1, "5"], ["extra", "6"]];
    const named = { row: "row", 0: "cc", 1: "mlo", extra: "extra" };
    const there = (layout) => (layout === "extra" ? this.own.extra.length > 0 : true);
    const hung = layouts.map(([layout, key]) => ({
      id: `layout-${layout}`, key, label: words[named[layout]], hint: words[`${named[layout]}_hint`], there: () => there(layout),
      on: () => this.single === null && this.layout === layout, run: () => Object.assign(this, { layout, single: null, zoom: 1 }),
    }));
    const original = () => this.shift === 0 && this.stretch === 1;
    const step = (id, key, label, shift, stretch) => ({ id, key, label, hint: words[`${id}_hint`], run: () => this.relevel(shift, stretch) });
    return [
      [{ id: "stored", key: "1", label: words.stored, hint: words.stored_hint, on: original, run: () => Object.assign(this, { shift: 0, stretch: 1 }) },
        step("brighter", ",", "☀", -1, 0), step("darker", ".", "☾", 1, 0), step("narrower", "[", "◐", 0, -1), step("wider", "]", "○", 0, 1)],
      hung,
      [{ id: "single", key: "o", label: words.single, hint: words.single_hint, on: () => this.single !== null, run: () => this.#turn() },
        { id: "prior", key: "p", label: words.prior, hint: words.prior_hint, there: () => Boolean(this.view.data.prior), on: () => this.earlier, run: () => (this.earlier = !this.earlier) }],
      ...plainCommands({ scene: this, jumpBy: (by) => this.view.jumpBy(by) }, words),
    ];
  }

  // One view after the other fills the place, then all again.
  #turn() {
    const cells = hang(this.own, this.view.data.expected, this.layout).flat().filter((cell) => typeof cell === "number");
    const next = cells[this.single === null ? 0 : cells.indexOf(this.single) + 1];
    [this.single, this.zoom] = [next ?? null, 1];
  }
}
