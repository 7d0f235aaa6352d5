// What a network reacted to in one AI mark: a small signed volume on a grid of its own, laid over the slices by its place in the patient.
import { bytes } from "./fetching.js";
import { texture } from "./gl.js";
import { inverted } from "./side.js";

export class Saliency {
  // given: {url, size: [x, y, z], affine: 4 × 4 by rows, voxel → LPS mm, full: change of the log-odds that 127 stands for}
  constructor(gl, given, signal) {
    Object.assign(this, { gl, given, signal, ready: false, inverse: inverted(given.affine) });
  }

  async load() {
    const { gl, given } = this;
    const buffer = await bytes(given.url, this.signal);
    const [x, y, z] = given.size;
    if (buffer.byteLength !== x * y * z) throw new Error(`saliency: ${buffer.byteLength} bytes came, ${x * y * z} were expected`);
    gl.activeTexture(gl.TEXTURE2);
    this.texture = texture(gl, gl.TEXTURE_3D, { linear: true });
    this.values = new Int8Array(buffer);
    gl.texStorage3D(gl.TEXTURE_3D, 1, gl.R8_SNORM, x, y, z);
    gl.texSubImage3D(gl.TEXTURE_3D, 0, 0, 0, 0, x, y, z, gl.RED, gl.BYTE, this.values);
    this.ready = true;
  }

  // The change of the log-odds at a place in the patient (LPS mm); 0 beside the map.
  at([x, y, z]) {
    if (!this.ready) return 0;
    const voxel = this.inverse.map((row) => Math.round(row[0] * x + row[1] * y + row[2] * z + row[3]));
    const [nx, ny, nz] = this.given.size;
    if (voxel.some((value, i) => value < 0 || value >= this.given.size[i])) return 0;
    return (this.values[(voxel[2] * ny + voxel[1]) * nx + voxel[0]] / 127) * this.given.full;
  }

  // Texture coordinates of an image pixel of a plane: origin + column * across + row * down.
  #lies(side, axis) {
    const at = (u, v) => {
      const [x, y, z] = side.lps(side.voxel(axis, [u, v]));
      return this.inverse.map((row, i) => (row[0] * x + row[1] * y + row[2] * z + row[3] + 0.5) / this.given.size[i]);
    };
    const [origin, across, down] = [at(0, 0), at(1, 0), at(0, 1)];
    return { origin, across: across.map((value, i) => value - origin[i]), down: down.map((value, i) => value - origin[i]) };
  }

  bind(p, side, axis, strength) {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE2);
    gl.bindTexture(gl.TEXTURE_3D, this.texture);
    gl.uniform1i(p.at.heat, 2);
    gl.uniform1f(p.at.strength, strength);
    for (const [name, value] of Object.entries(this.#lies(side, axis))) gl.uniform3f(p.at[name], ...value);
  }
}
