// A glass under the pointer that shows the same image larger, at least pixel for pixel. A short press of its key leaves it open, a long one
// closes it again on letting go.
import { Plane } from "./plane.js";

const GLASS_LARGER = 2.5;
const LONG_PRESS_MS = 350;
const GLASS_SIDE = 320; // CSS pixels

export class Magnifier {
  constructor(shell) {
    Object.assign(this, { shell, at: null, rect: null, factor: 1 });
  }

  get open() {
    return this.at !== null;
  }

  toggle(found) {
    this.at = this.open || !found ? null : found;
    this.factor = 1;
    if (this.open) this.#watch();
  }

  // The key that opened it may be held down.
  #watch() {
    const began = performance.now();
    const up = (event) => {
      if (event.key.toLowerCase() !== "g") return;
      window.removeEventListener("keyup", up, true);
      if (performance.now() - began < LONG_PRESS_MS) return;
      this.at = null;
      this.shell.refresh();
      this.shell.draw();
    };
    window.addEventListener("keyup", up, true);
  }

  // Says whether the glass has moved.
  move(found) {
    if (!this.open || (found.x === this.at.x && found.y === this.at.y && found.i === this.at.i)) return false;
    this.at = found;
    return true;
  }

  turn(steps) {
    this.factor = Math.min(8, Math.max(0.5, this.factor * Math.exp(-steps * 0.15)));
  }

  // The plane of the glass over `plane`, with its rectangle.
  glass(plane) {
    const { x, y } = this.at;
    const side = Math.round(Math.min(GLASS_SIDE * this.shell.density, plane.rect.w, plane.rect.h));
    const glass = new Plane(plane);
    const larger = Math.max(GLASS_LARGER, this.shell.density / plane.scale[0]) * this.factor;
    this.rect = { x: Math.round(x - side / 2), y: Math.round(y - side / 2), w: side, h: side };
    Object.assign(glass, { rect: this.rect, fitted: plane.fitted, zoom: plane.zoom * larger });
    const [column, row] = plane.toImage(x, y);
    glass.centre = [(glass.mirrored ? glass.size[0] - column : column) / glass.size[0], row / glass.size[1]];
    return glass;
  }
}
