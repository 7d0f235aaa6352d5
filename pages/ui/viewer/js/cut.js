// Planes and slabs cut from a volume: each is kept as a flat image on the card until another one is wanted, so that zoom, place and window cost
// nothing more.
import { texture } from "./gl.js";

export const KINDS = ["mip", "minip", "mean"];

export class Cut {
  constructor(gl, program, volume, axis, headLast) {
    Object.assign(this, { gl, program, volume, axis, headLast, made: "" });
    const [x, y, z] = volume.size;
    this.size = [[x, y], [x, z], [y, z]][axis];
    gl.activeTexture(gl.TEXTURE0);
    this.texture = texture(gl, gl.TEXTURE_2D);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.R16I, ...this.size);
    this.frame = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.frame);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, this.texture, 0);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  }

  // slab: {first, count, kind: 0 highest, 1 lowest, 2 mean}
  make({ first, count, kind }) {
    const wanted = `${first} ${count} ${kind} ${this.volume.stamp}`;
    if (wanted === this.made) return;
    this.made = wanted;
    const { gl, program: p } = this;
    gl.useProgram(p.made);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_3D, this.volume.texture);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, this.volume.states);
    gl.uniform1i(p.at.source, 0);
    gl.uniform1i(p.at.state, 1);
    for (const [name, value] of Object.entries({ depth: this.volume.size[2], axis: this.axis, first, count, kind, headLast: this.headLast ? 1 : 0 })) {
      gl.uniform1i(p.at[name], value);
    }
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.frame);
    gl.disable(gl.SCISSOR_TEST);
    gl.viewport(0, 0, ...this.size);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  }

  // The value at a column and row of what was made last.
  value(column, row) {
    const { gl } = this;
    const out = new Int32Array(4);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.frame);
    gl.readPixels(column, row, 1, 1, gl.RGBA_INTEGER, gl.INT, out);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    return out[0] <= -32767 ? null : out[0];
  }
}
