// A CT volume on the graphics card, and nowhere else. The slice looked at comes first and alone; the rest follows in slabs, nearest first.
import { pour } from "./fetching.js";
import { texture } from "./gl.js";

const SLAB = 8;
const AT_ONCE = 2;
const AHEAD = 4; // slabs that a viewer behind another one loads
const [ABSENT_STATE, HERE, LOST] = [0, 1, 2];

export class Volume {
  // exam: {size, url, version, grid, places}; `grid[k]` is the layer in which stored slice k lies, `places[z]` the stored slice of a layer or -1
  constructor(gl, exam, { signal, ahead, onSlices, onProblem }) {
    Object.assign(this, { gl, exam, signal, ahead, onSlices, onProblem, focus: 0, stamp: 0, asleep: [] });
    const [columns, rows] = exam.size;
    this.size = [columns, rows, exam.places.length];
    this.have = Uint8Array.from(exam.places, (k) => (k < 0 ? LOST : ABSENT_STATE));
    this.asked = new Uint8Array(exam.size[2]);
    this.slabs = Array.from({ length: Math.ceil(exam.size[2] / SLAB) }, (_, i) => i);
    this.count = 0;
    gl.activeTexture(gl.TEXTURE0);
    this.texture = texture(gl, gl.TEXTURE_3D);
    gl.texStorage3D(gl.TEXTURE_3D, 1, gl.R16I, ...this.size);
    gl.activeTexture(gl.TEXTURE1);
    this.states = texture(gl, gl.TEXTURE_2D);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.R8UI, this.size[2], 1);
    this.#tellStates();
    this.probe = gl.createFramebuffer();
  }

  // Whether the layer can be drawn; a missing slice never can.
  has(z) {
    return this.have[z] === HERE;
  }

  lost(z) {
    return this.have[z] === LOST;
  }

  // Layers of a range that are still on their way.
  waits(first, count) {
    return this.have.subarray(first, first + count).includes(ABSENT_STATE);
  }

  async start(z) {
    this.focus = z;
    try {
      await this.#slice(this.#stored(z));
      await Promise.all(Array.from({ length: AT_ONCE }, () => this.#stream()));
    } catch (problem) {
      if (!this.signal.aborted) this.onProblem(problem);
    }
  }

  // The reader has moved on; a slice that is not there yet is fetched at once.
  look(z) {
    this.focus = z;
    const k = this.exam.places[z];
    if (k < 0 || this.has(z) || this.asked[k]) return;
    this.#slice(k).catch((problem) => this.signal.aborted || this.onProblem(problem));
  }

  // The nearest stored slice to a layer.
  #stored(z) {
    const { places } = this.exam;
    for (let off = 0; off < places.length; off++) for (const one of [z - off, z + off]) if (places[one] >= 0) return places[one];
    return 0;
  }

  // Hounsfield units of one voxel, null while its slice has not come or where there is none.
  value(x, y, z) {
    return this.has(z) ? this.#read(z, x, y, 1, 1)[0] : null;
  }

  // Lowest and highest value of one slice, for the "fit" window; air around the patient is left out.
  range(z) {
    if (!this.has(z)) return null;
    const [columns, rows] = this.size;
    const body = this.#read(z, 0, 0, columns, rows).filter((value, i) => i % 12 === 0 && value > -1000).sort();
    return body.length ? [body[Math.floor(body.length * 0.01)], body[Math.floor(body.length * 0.99)]] : null;
  }

  #read(z, x, y, w, h) {
    const { gl } = this;
    const out = new Int32Array(4 * w * h);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.probe);
    gl.framebufferTextureLayer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, this.texture, 0, z);
    gl.readPixels(x, y, w, h, gl.RGBA_INTEGER, gl.INT, out);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    return out;
  }

  // The viewer has come to the front: load the rest.
  wake() {
    this.asleep.splice(0).forEach((seen) => seen());
  }

  async #stream() {
    const room = new Uint8Array(this.size[0] * this.size[1] * 2 * SLAB);
    while (this.slabs.length && !this.signal.aborted) {
      if (this.ahead() && this.slabs.length <= Math.ceil(this.exam.size[2] / SLAB) - AHEAD) {
        await new Promise((seen) => this.asleep.push(seen)); // images of the next case wait until it is opened
        continue;
      }
      this.slabs.sort((a, b) => this.#distance(b) - this.#distance(a));
      const first = this.slabs.pop() * SLAB;
      const end = Math.min(first + SLAB, this.exam.size[2]);
      this.asked.fill(1, first, end);
      this.#put(first, end, room, await pour(`${this.exam.url}/slab/${first}/${end}?v=${this.exam.version}`, this.signal, room));
    }
  }

  #distance(slab) {
    const middle = Math.min(slab * SLAB + (SLAB >> 1), this.exam.size[2] - 1);
    return Math.abs(this.exam.grid[middle] - this.focus);
  }

  async #slice(k) {
    this.asked[k] = 1;
    const room = new Uint8Array(this.size[0] * this.size[1] * 2);
    this.#put(k, k + 1, room, await pour(`${this.exam.url}/slice/${k}?v=${this.exam.version}`, this.signal, room));
  }

  #put(first, end, room, count) {
    const { gl, exam } = this;
    const [columns, rows] = exam.size;
    const one = columns * rows;
    if (count !== one * 2 * (end - first)) {
      throw new Error(`slices ${first} to ${end - 1}: ${count} bytes came, ${one * 2 * (end - first)} were expected`);
    }
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_3D, this.texture);
    for (let k = first, run = 1; k < end; k += run, run = 1) {
      while (k + run < end && exam.grid[k + run] === exam.grid[k] + run) run++; // slices without a gap between them go together
      const part = new Int16Array(room.buffer, (k - first) * one * 2, run * one);
      gl.texSubImage3D(gl.TEXTURE_3D, 0, 0, 0, exam.grid[k], columns, rows, run, gl.RED_INTEGER, gl.SHORT, part);
      for (let z = exam.grid[k]; z < exam.grid[k] + run; z++) [this.count, this.have[z]] = [this.count + (this.have[z] ? 0 : 1), HERE];
    }
    this.#tellStates();
    this.stamp++;
    this.onSlices();
  }

  #tellStates() {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, this.states);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, this.size[2], 1, gl.RED_INTEGER, gl.UNSIGNED_BYTE, this.have);
  }
}
