// One mammogram at full stored resolution: cut into tiles where it is larger than a texture may be, halved again and again for small displays.
import { bytes } from "./fetching.js";
import { texture } from "./gl.js";

const SMALLEST = 256;

export class Picture {
  constructor(gl, { size, url, version, heat, lut, problem }, { signal, halve, onRows }) {
    Object.assign(this, { gl, size, url, version, heat, lut, problem, signal, halve, onRows, levels: [], ready: false, heatTexture: null });
    if (problem) return; // the server could not read it
    const most = Math.min(gl.getParameter(gl.MAX_TEXTURE_SIZE), 4096);
    this.across = Math.ceil(size[0] / most);
    this.down = Math.ceil(size[1] / most);
    this.tile = [Math.ceil(size[0] / this.across), Math.ceil(size[1] / this.down)];
  }

  // Come or failed: nothing more is to be waited for.
  get done() {
    return this.ready || Boolean(this.problem);
  }

  #level(size, tile, across, down) {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0);
    const made = texture(gl, gl.TEXTURE_2D_ARRAY);
    gl.texStorage3D(gl.TEXTURE_2D_ARRAY, 1, gl.R16UI, tile[0], tile[1], across * down);
    return { size, tile, across, texture: made };
  }

  async load() {
    if (this.problem) return;
    const [buffer, table] = await Promise.all([this.#fetch("pixels"), this.lut ? this.#fetch("table") : null]);
    const expected = this.size[0] * this.size[1] * 2;
    if (buffer.byteLength !== expected) throw new Error(`${buffer.byteLength} bytes came, ${expected} were expected`);
    if (table) this.#table(new Uint16Array(table));
    this.levels = [this.#level(this.size, this.tile, this.across, this.down)];
    this.#upload(new Uint16Array(buffer));
    while (Math.max(...this.levels.at(-1).size) > SMALLEST * 2) this.#half();
    this.ready = true;
    this.onRows();
  }

  #fetch(what) {
    return bytes(`${this.url}/${what}?v=${this.version}`, this.signal);
  }

  // The VOI LUT, 256 entries a row.
  #table(entries) {
    const { gl } = this;
    this.entries = entries.length;
    const rows = new Uint16Array(256 * Math.ceil(entries.length / 256));
    rows.set(entries);
    gl.activeTexture(gl.TEXTURE3);
    this.table = texture(gl, gl.TEXTURE_2D);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R16UI, 256, rows.length / 256, 0, gl.RED_INTEGER, gl.UNSIGNED_SHORT, rows);
  }

  #upload(values) {
    const { gl, size, tile } = this;
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, this.levels[0].texture);
    gl.pixelStorei(gl.UNPACK_ROW_LENGTH, size[0]);
    gl.pixelStorei(gl.UNPACK_IMAGE_HEIGHT, size[1]);
    for (let row = 0; row < this.down; row++) {
      for (let column = 0; column < this.across; column++) {
        const [x, y] = [column * tile[0], row * tile[1]];
        const [w, h] = [Math.min(tile[0], size[0] - x), Math.min(tile[1], size[1] - y)];
        gl.pixelStorei(gl.UNPACK_SKIP_PIXELS, x);
        gl.pixelStorei(gl.UNPACK_SKIP_ROWS, y);
        const layer = row * this.across + column;
        gl.texSubImage3D(gl.TEXTURE_2D_ARRAY, 0, 0, 0, layer, w, h, 1, gl.RED_INTEGER, gl.UNSIGNED_SHORT, values);
      }
    }
    for (const name of [gl.UNPACK_ROW_LENGTH, gl.UNPACK_IMAGE_HEIGHT, gl.UNPACK_SKIP_PIXELS, gl.UNPACK_SKIP_ROWS]) gl.pixelStorei(name, 0);
  }

  // The next level: every pixel is the mean of four.
  #half() {
    const { gl, halve } = this;
    const from = this.levels.at(-1);
    const size = [Math.ceil(from.size[0] / 2), Math.ceil(from.size[1] / 2)];
    if (Math.max(...size) > gl.getParameter(gl.MAX_TEXTURE_SIZE)) throw new Error("image too large");
    const to = this.#level(size, size, 1, 1);
    const target = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, target);
    gl.framebufferTextureLayer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, to.texture, 0, 0);
    gl.disable(gl.SCISSOR_TEST);
    gl.viewport(0, 0, ...size);
    gl.useProgram(halve.made);
    this.#use(halve, from);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.deleteFramebuffer(target);
    this.levels.push(to);
  }

  #use(program, level) {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, level.texture);
    gl.uniform1i(program.at.picture, 0);
    gl.uniform2i(program.at.size, ...level.size);
    gl.uniform2i(program.at.tile, ...level.tile);
    gl.uniform1i(program.at.across, level.across);
  }

  // Bind the level that has at most two pixels a screen pixel; gives its number.
  bind(program, pixelsPerScreenPixel) {
    const wanted = Math.max(0, Math.floor(Math.log2(Math.max(pixelsPerScreenPixel, 1))));
    const number = Math.min(wanted, this.levels.length - 1);
    this.#use(program, this.levels[number]);
    return number;
  }

  // The stored value under the pointer.
  value(x, y) {
    if (!this.ready) return null;
    const { gl, tile } = this;
    const [column, row] = [Math.floor(x / tile[0]), Math.floor(y / tile[1])];
    const probe = gl.createFramebuffer();
    const out = new Uint32Array(4);
    gl.bindFramebuffer(gl.FRAMEBUFFER, probe);
    gl.framebufferTextureLayer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, this.levels[0].texture, 0, row * this.across + column);
    gl.readPixels(x - column * tile[0], y - row * tile[1], 1, 1, gl.RGBA_INTEGER, gl.UNSIGNED_INT, out);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.deleteFramebuffer(probe);
    return out[0];
  }

  async loadHeat() {
    if (!this.heat || this.heatTexture || this.problem) return;
    const buffer = await bytes(this.heat.url, this.signal);
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE2);
    const made = texture(gl, gl.TEXTURE_2D, { linear: true });
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, ...this.heat.size, 0, gl.RED, gl.UNSIGNED_BYTE, new Uint8Array(buffer));
    this.heatTexture = made;
    this.onRows();
  }
}
