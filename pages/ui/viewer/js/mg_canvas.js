// Mammograms on the graphics card: textures of every view, in the order in which they are needed, and drawing one into its rectangle.
import { aim, program, texture } from "./gl.js";
import { HALVE, PICTURE } from "./mg_shaders.js";
import { Picture } from "./picture.js";
import { mapOf } from "./scale.js";

const CURVES = ["LINEAR", "LINEAR_EXACT", "SIGMOID", "LUT"];
const LOADS = 2; // at once
const IN_SIGHT = new Set(); // what viewers in sight are loading; one that loads ahead waits for it

export class MgCanvas {
  constructor(scene, gl, signal) {
    Object.assign(this, { scene, gl, signal });
    this.program = program(gl, PICTURE);
    const halve = program(gl, HALVE);
    this.noHeat = texture(gl, gl.TEXTURE_2D, { linear: true });
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, 1, 1, 0, gl.RED, gl.UNSIGNED_BYTE, new Uint8Array(1));
    this.noTable = texture(gl, gl.TEXTURE_2D);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R16UI, 1, 1, 0, gl.RED_INTEGER, gl.UNSIGNED_SHORT, new Uint16Array(1));
    this.pictures = scene.images.map((image) => new Picture(gl, image, { signal, halve, onRows: () => scene.arrived() }));
  }

  // Screening views, extra images, then the earlier exam. One that fails says so in its place; the others still come.
  async load() {
    if (this.scene.shell.ahead) await Promise.allSettled([...IN_SIGHT]);
    const work = this.#load();
    if (this.scene.shell.ahead) return work;
    IN_SIGHT.add(work);
    return work.finally(() => IN_SIGHT.delete(work));
  }

  async #load() {
    const { own, earlier, shell } = this.scene;
    const later = shell.ahead ? [] : [...Object.values(earlier.parts), ...earlier.extra];
    const waiting = [...Object.values(own.parts), ...own.extra, ...later].filter((i) => !this.pictures[i].asked);
    const next = async () => {
      for (let i = waiting.shift(); i !== undefined && !this.signal.aborted; i = waiting.shift()) await this.#one(this.pictures[i]);
    };
    await Promise.all(Array.from({ length: LOADS }, next));
    if (this.scene.heatShown) await this.heat();
  }

  async #one(picture) {
    picture.asked = true;
    try {
      await picture.load();
    } catch (problem) {
      if (this.signal.aborted) return;
      picture.problem = this.scene.words.no_image;
      if (problem.status === 401 || problem.status === 404) this.scene.shell.problem(problem);
      else console.error(problem);
    }
    this.scene.arrived();
  }

  async heat() {
    try {
      await Promise.all(this.pictures.map((one) => one.loadHeat()));
    } catch (problem) {
      if (!this.signal.aborted) this.scene.shell.problem(problem);
    }
  }

  clear() {
    const { gl } = this;
    gl.disable(gl.SCISSOR_TEST);
    gl.clearColor(0, 0, 0, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
  }

  draw(i, plane) {
    const { gl, scene, program: p } = this;
    const [picture, image] = [this.pictures[i], scene.images[i]];
    if (!picture.ready) return;
    gl.useProgram(p.made);
    const level = picture.bind(p, 1 / plane.scale[0]);
    this.#lay(2, p.at.heat, picture.heatTexture ?? this.noHeat);
    this.#lay(3, p.at.table, picture.table ?? this.noTable);
    gl.uniform4f(p.at.heatBox, ...(picture.heat?.box ?? [0, 0, 1, 1]));
    gl.uniform1f(p.at.heatOpacity, scene.heatShown && picture.heatTexture ? scene.opacity : 0);
    gl.uniform2f(p.at.base, ...image.window);
    gl.uniform2f(p.at.level, ...scene.level(i));
    gl.uniform1i(p.at.curve, CURVES.indexOf(image.function));
    gl.uniform3i(p.at.lut, image.lut?.[0] ?? 0, picture.entries ?? 1, 2 ** (image.lut?.[1] ?? 1) - 1);
    gl.uniform1i(p.at.inverted, scene.inverted !== image.inverted ? 1 : 0);
    gl.uniform2f(p.at.corner, ...aim(gl, plane.rect));
    gl.uniform4f(p.at.map, ...mapOf(plane, level));
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  #lay(unit, at, what) {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, what);
    gl.uniform1i(at, unit);
  }
}
