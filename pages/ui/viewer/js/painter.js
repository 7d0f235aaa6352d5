// Draws the planes of CT exams with WebGL2, each inside its rectangle and nowhere else.
import { CUT, sliceShader } from "./ct_shaders.js";
import { program } from "./gl.js";
import { ALONG } from "./side.js";

export class Painter {
  constructor(gl) {
    Object.assign(this, { gl, made: {} });
  }

  cut() {
    return (this.made.cut ??= program(this.gl, CUT));
  }

  #slice(from, smooth, tinted) {
    return (this.made[`${from}${smooth}${tinted}`] ??= program(this.gl, sliceShader({ from, smooth, tinted })));
  }

  clear() {
    const { gl } = this;
    gl.disable(gl.SCISSOR_TEST);
    gl.clearColor(0, 0, 0, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
  }

  // look: {level, inverted, smooth, slab: {kind, mm}, saliency: Saliency or null, strength}
  plane(side, axis, look) {
    const { gl } = this;
    const plane = side.planes[axis];
    const slab = side.slab(axis, look.slab);
    const whole = axis === 0 && slab.count === 1;
    if (whole && !side.volume.has(side.at[2])) return;
    if (!whole) side.cut(axis).make(slab);
    const tinted = Boolean(look.saliency?.ready);
    const p = this.#slice(whole ? "volume" : "flat", look.smooth, tinted);
    gl.useProgram(p.made);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(whole ? gl.TEXTURE_3D : gl.TEXTURE_2D, whole ? side.volume.texture : side.cut(axis).texture);
    gl.uniform1i(p.at.source, 0);
    gl.uniform1i(p.at.at, side.at[ALONG[axis]]);
    gl.uniform2i(p.at.last, plane.size[0] - 1, plane.size[1] - 1);
    gl.uniform2f(p.at.level, ...look.level);
    gl.uniform2f(p.at.ends, ...(look.inverted ? [1, 0] : [0, 1]));
    if (tinted) look.saliency.bind(p, side, axis, look.strength);
    this.#fill(p, plane);
  }

  // Only the pixels whose middle lies on the image are drawn: what is beside it costs nothing.
  #fill(p, plane) {
    const { gl } = this;
    const { rect } = plane;
    const [left, top] = plane.toScreen(0, 0);
    const [right, bottom] = plane.toScreen(...plane.size);
    const [x0, x1] = [Math.max(rect.x, Math.ceil(left - 0.5)), Math.min(rect.x + rect.w, Math.ceil(right - 0.5))];
    const [y0, y1] = [Math.max(rect.y, Math.ceil(top - 0.5)), Math.min(rect.y + rect.h, Math.ceil(bottom - 0.5))];
    if (x1 <= x0 || y1 <= y0) return;
    const high = gl.drawingBufferHeight;
    const [sx, sy] = plane.scale;
    const [u, v] = plane.toImage(0, high); // of the lower left corner of the canvas
    gl.viewport(0, 0, gl.drawingBufferWidth, high);
    gl.enable(gl.SCISSOR_TEST);
    gl.scissor(x0, high - y1, x1 - x0, y1 - y0);
    gl.uniform4f(p.at.map, 1 / sx, -1 / sy, u, v);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }
}
