// The few calls to WebGL2 that everything else is drawn with.
import { VERTEX } from "./shaders.js";

export function context(canvas) {
  return canvas.getContext("webgl2", { antialias: false, alpha: false, depth: false, powerPreference: "high-performance" });
}

export function program(gl, fragment) {
  const made = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, fragment]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS) && !gl.isContextLost()) throw new Error(gl.getShaderInfoLog(shader));
    gl.attachShader(made, shader);
  }
  gl.linkProgram(made);
  const at = {};
  const count = gl.getProgramParameter(made, gl.ACTIVE_UNIFORMS) || 0;
  for (let i = 0; i < count; i++) {
    const { name } = gl.getActiveUniform(made, i);
    at[name] = gl.getUniformLocation(made, name);
  }
  return { made, at };
}

export function texture(gl, target, { linear = false } = {}) {
  const made = gl.createTexture();
  gl.bindTexture(target, made);
  const filter = linear ? gl.LINEAR : gl.NEAREST;
  gl.texParameteri(target, gl.TEXTURE_MIN_FILTER, filter);
  gl.texParameteri(target, gl.TEXTURE_MAG_FILTER, filter);
  for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T, gl.TEXTURE_WRAP_R]) gl.texParameteri(target, side, gl.CLAMP_TO_EDGE);
  return made;
}

// One triangle that covers the viewport.
export function stage(gl) {
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 3, -1, -1, 3]), gl.STATIC_DRAW);
  gl.enableVertexAttribArray(0);
  gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
}

// Aim drawing at a rectangle of the canvas (device pixels, y from the top); gives the lower left corner in fragments.
export function aim(gl, rect) {
  const bottom = gl.drawingBufferHeight - rect.y - rect.h;
  gl.enable(gl.SCISSOR_TEST);
  gl.viewport(rect.x, bottom, rect.w, rect.h);
  gl.scissor(rect.x, bottom, rect.w, rect.h);
  return [rect.x, bottom];
}
