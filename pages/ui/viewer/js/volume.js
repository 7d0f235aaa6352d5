// A CT volume on the graphics card. The slice looked at comes first and alone; the rest follows in slabs, nearest first.
import { bytes } from "./fetching.js";
import { texture } from "./gl.js";

const SLAB = 8;
const AT_ONCE = 2;

export class Volume {
  constructor(gl, { size, url, version }, { signal, onSlices, onProblem }) {
    Object.assign(this, { gl, size, url, version, signal, onSlices, onProblem });
    this.focus = 0;
    this.have = new Uint8Array(size[2]);
    this.asked = new Uint8Array(size[2]);
    this.slabs = Array.from({ length: Math.ceil(size[2] / SLAB) }, (_, i) => i);
    gl.activeTexture(gl.TEXTURE0);
    this.texture = texture(gl, gl.TEXTURE_3D);
    gl.texStorage3D(gl.TEXTURE_3D, 1, gl.R16I, ...size);
    gl.activeTexture(gl.TEXTURE1);
    this.flags = texture(gl, gl.TEXTURE_2D);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.R8UI, size[2], 1);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, size[2], 1, gl.RED_INTEGER, gl.UNSIGNED_BYTE, this.have);
    this.probe = gl.createFramebuffer();
  }

  get count() {
    return this.have.reduce((sum, one) => sum + one, 0);
  }

  async start(slice) {
    this.focus = slice;
    try {
      await this.#slice(slice);
      await Promise.all(Array.from({ length: AT_ONCE }, () => this.#stream()));
    } catch (problem) {
      if (!this.signal.aborted) this.onProblem(problem);
    }
  }

  // The reader has moved on; a slice that is not there yet is fetched at once.
  look(slice) {
    this.focus = slice;
    if (!this.have[slice] && !this.asked[slice]) this.#slice(slice).catch((problem) => this.signal.aborted || this.onProblem(problem));
  }

  // The stored value at a voxel, null while its slice has not come.
  value(x, y, z) {
    if (!this.have[z]) return null;
    const { gl } = this;
    const out = new Int32Array(4);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.probe);
    gl.framebufferTextureLayer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, this.texture, 0, z);
    gl.readPixels(x, y, 1, 1, gl.RGBA_INTEGER, gl.INT, out);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    return out[0];
  }

  // Lowest and highest value on a grid of one slice, for the "fit" window; air around the patient is left out.
  range(z) {
    if (!this.have[z]) return null;
    const { gl, size } = this;
    const out = new Int32Array(size[0] * size[1] * 4);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.probe);
    gl.framebufferTextureLayer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, this.texture, 0, z);
    gl.readPixels(0, 0, size[0], size[1], gl.RGBA_INTEGER, gl.INT, out);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    const body = out.filter((value, i) => i % 4 === 0 && i % 12 === 0 && value > -1000).sort();
    return body.length ? [body[Math.floor(body.length * 0.01)], body[Math.floor(body.length * 0.99)]] : null;
  }

  async #stream() {
    while (this.slabs.length && !this.signal.aborted) {
      this.slabs.sort((a, b) => this.#distance(b) - this.#distance(a));
      const first = this.slabs.pop() * SLAB;
      const end = Math.min(first + SLAB, this.size[2]);
      this.asked.fill(1, first, end);
      this.#put(first, end, await bytes(`${this.url}/slab/${first}/${end}?v=${this.version}`, this.signal));
    }
  }

  #distance(slab) {
    return Math.abs(slab * SLAB + (SLAB - 1) / 2 - this.focus);
  }

  async #slice(z) {
    this.asked[z] = 1;
    this.#put(z, z + 1, await bytes(`${this.url}/slice/${z}?v=${this.version}`, this.signal));
  }

  #put(first, end, buffer) {
    const { gl, size } = this;
    const expected = size[0] * size[1] * 2 * (end - first);
    if (buffer.byteLength !== expected) throw new Error(`slices ${first} to ${end - 1}: ${buffer.byteLength} bytes came, ${expected} were expected`);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_3D, this.texture);
    gl.texSubImage3D(gl.TEXTURE_3D, 0, 0, 0, first, size[0], size[1], end - first, gl.RED_INTEGER, gl.SHORT, new Int16Array(buffer));
    this.have.fill(1, first, end);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, this.flags);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, size[2], 1, gl.RED_INTEGER, gl.UNSIGNED_BYTE, this.have);
    this.onSlices();
  }
}
