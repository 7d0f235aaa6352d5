// One rectangle of the screen and the part of an image that it shows. Image pixels count from the upper left corner; pixel i covers [i, i + 1).
export class Plane {
  // size: image pixels; pixel: millimetres (or 1) per pixel across and down; mirrored: shown left to right
  constructor({ size, pixel, mirrored = false, side = "" }) {
    Object.assign(this, { size, pixel, mirrored, side, zoom: 1, centre: [0.5, 0.5], rect: { x: 0, y: 0, w: 1, h: 1 }, fitted: 1 });
  }

  // Screen pixels per millimetre at which the whole image fits into its rectangle.
  fits() {
    return Math.min(this.rect.w / (this.size[0] * this.pixel[0]), this.rect.h / (this.size[1] * this.pixel[1]));
  }

  // Screen pixels per image pixel, across and down.
  get scale() {
    const perMm = this.fitted * this.zoom;
    return [perMm * this.pixel[0], perMm * this.pixel[1]];
  }

  // The whole image in sight; a breast lies with its chest wall against the middle of the pair.
  reset(fitted = this.fits()) {
    this.fitted = fitted;
    this.zoom = 1;
    const share = this.rect.w / 2 / (this.size[0] * this.scale[0]);
    this.centre = [this.side === "L" ? share : this.side === "R" ? 1 - share : 0.5, 0.5];
  }

  // Screen (device pixels) to image pixels; the centre counts along the shown image, so mirroring comes last.
  toImage(x, y) {
    const [sx, sy] = this.scale;
    const shown = this.centre[0] * this.size[0] + (x - this.rect.x - this.rect.w / 2) / sx;
    return [this.mirrored ? this.size[0] - shown : shown, this.centre[1] * this.size[1] + (y - this.rect.y - this.rect.h / 2) / sy];
  }

  toScreen(column, row) {
    const [sx, sy] = this.scale;
    const shown = this.mirrored ? this.size[0] - column : column;
    return [
      this.rect.x + this.rect.w / 2 + (shown - this.centre[0] * this.size[0]) * sx,
      this.rect.y + this.rect.h / 2 + (row - this.centre[1] * this.size[1]) * sy,
    ];
  }

  // The uniform `map`: image pixel = fragment * map.xy + map.zw, fragments counted from the lower left; `level` halves the image so often.
  map(level = 0) {
    const [sx, sy] = this.scale;
    const shrink = 2 ** level;
    const [left, bottom] = this.toImage(this.rect.x, this.rect.y + this.rect.h);
    return [(this.mirrored ? -1 : 1) / sx / shrink, -1 / sy / shrink, left / shrink, bottom / shrink];
  }

  zoomBy(factor, x, y) {
    const before = this.toImage(x, y);
    this.zoom = Math.min(64, Math.max(0.25, this.zoom * factor));
    const after = this.toImage(x, y);
    const turn = this.mirrored ? -1 : 1;
    this.centre[0] += (turn * (before[0] - after[0])) / this.size[0];
    this.centre[1] += (before[1] - after[1]) / this.size[1];
  }

  panBy(dx, dy) {
    const [sx, sy] = this.scale;
    this.centre[0] -= dx / sx / this.size[0];
    this.centre[1] -= dy / sy / this.size[1];
  }

  // Bring an image point to the middle, as far as no empty space comes into sight beside a larger image.
  look(column, row) {
    const wanted = [(this.mirrored ? this.size[0] - column : column) / this.size[0], row / this.size[1]];
    const half = [this.rect.w / 2 / (this.size[0] * this.scale[0]), this.rect.h / 2 / (this.size[1] * this.scale[1])];
    this.centre = wanted.map((value, i) => (half[i] < 0.5 ? Math.min(1 - half[i], Math.max(half[i], value)) : value));
  }

  holds(x, y) {
    return x >= this.rect.x && x < this.rect.x + this.rect.w && y >= this.rect.y && y < this.rect.y + this.rect.h;
  }
}
