// CT slices as pictures of the server: windows, every slice, gaps said where they are.
import { outlines } from "./mask.js";
import { PlainPicture, plainCommands } from "./plain_picture.js";
import { layers } from "./side.js";

const PLAIN_WINDOWS = { lung: [-600, 1500], soft: [40, 400], bone: [400, 1800] };

export class PlainCt {
  constructor(view) {
    const { data } = view;
    Object.assign(this, { view, window: "lung", marksShown: data.marksShown ?? true, inverted: false, zoom: 1, current: null });
    Object.assign(this, layers(data.size[2], data.gaps));
    this.at = this.grid[data.first];
    this.picture = new PlainPicture({ failed: data.words.broken });
    view.part("pictures").replaceChildren(this.picture.figure);
    view.part("rail").oninput = () => this.go(this.#flipped(Number(view.part("rail").value) - 1));
    this.update();
  }

  update() {
    this.marks = this.view.data.marks.map((mark) => ({ ...mark, contours: mark.mask ? outlines(mark.mask) : {} }));
  }

  // Counted from the head, or back.
  #flipped(z) {
    return this.view.data.headLast ? this.places.length - 1 - z : z;
  }

  #url(k) {
    const [centre, width] = PLAIN_WINDOWS[this.window];
    return `${this.view.data.url}/slice/${k}.png?v=${this.view.data.version}&c=${centre}&w=${width}`;
  }

  draw() {
    const { data } = this.view;
    const { words } = data;
    const k = this.places[this.at];
    const number = data.headLast ? data.size[2] - k : k + 1;
    const place = k < 0 ? words.missing_slice : words.slice.replace("{number}", number).replace("{total}", data.size[2]);
    const image = { url: k < 0 ? "" : this.#url(k), words: `${place}, ${words[this.window]}`, size: data.size.slice(0, 2), side: "" };
    const here = this.marksShown && k >= 0 ? this.marks.filter((mark) => k >= mark.low && k <= mark.high) : [];
    const marks = here.map((mark) => ({ ...mark, outline: mark.contours[k] }));
    const { current, inverted, zoom } = this;
    this.picture.show(image, { lines: [...data.title, place], alarm: k < 0, marks, current, inverted, zoom });
    for (const near of [this.at - 1, this.at + 1]) if (this.places[near] >= 0) new Image().src = this.#url(this.places[near]);
    Object.assign(this.view.part("rail"), { min: 1, max: this.places.length, value: this.#flipped(this.at) + 1 });
    this.view.report("slice", this.at);
  }

  go(z) {
    this.at = Math.min(this.places.length - 1, Math.max(0, z));
    this.draw();
  }

  // Steps are counted towards the feet.
  step(by) {
    this.go(this.at + (this.view.data.headLast ? -by : by));
  }

  wheel(steps) {
    this.step(steps);
  }

  zoomBy(factor) {
    this.zoom = Math.min(8, Math.max(1, this.zoom * factor));
    this.draw();
  }

  look(mark) {
    this.at = this.grid[mark.slice];
  }

  reset() {
    Object.assign(this, { window: "lung", inverted: false, zoom: 1 });
  }

  commands() {
    const { words } = this.view.data;
    const window = (name, i) => ({ id: name, key: String(i + 1), label: words[name], hint: words[`${name}_hint`], on: () => this.window === name, run: () => (this.window = name) });
    return [Object.keys(PLAIN_WINDOWS).map(window), ...plainCommands({ scene: this, jumpBy: (step) => this.view.jumpBy(step) }, words)];
  }
}
