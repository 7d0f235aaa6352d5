// What a CT scene says in words: which exam, which slice, where, how it is shown, and what is missing.
import { Labels } from "./labels.js";
import { Legend } from "./legend.js";
import { ALONG } from "./side.js";

const fill = (text, values) => Object.entries(values).reduce((made, [name, value]) => made.replace(`{${name}}`, value), text);

export class CtTexts {
  constructor(scene) {
    this.scene = scene;
    this.labels = new Labels(scene.shell.part("labels"));
    this.legend = new Legend(scene.shell.part("legend"));
  }

  draw() {
    const { scene } = this;
    for (const { side, axis } of scene.views) {
      const one = scene.sides[side];
      this.#edges(one, axis, `${side}${axis}`);
      if (axis === 0) this.#axial(one, side);
      else this.#cut(one, axis, `${side}${axis}`);
    }
    this.labels.tidy();
    this.#legend();
  }

  #put(name, rect, corner, lines, tone) {
    if (lines.length) this.labels.put(name, rect, corner, lines, this.scene.shell.density, tone);
  }

  #edges(one, axis, name) {
    const [left, right, top, bottom] = one.data.edges[axis];
    for (const [letter, where] of [[left, "edge-left"], [right, "edge-right"], [top, "edge-top"], [bottom, "edge-bottom"]]) {
      this.labels.put(`${name}${where}`, edge(one.planes[axis].rect, where, this.scene.shell.density), "top-left", [letter], this.scene.shell.density, "quiet");
    }
  }

  #axial(one, side) {
    const { scene } = this;
    const { words } = scene;
    const { rect } = one.planes[0];
    const z = one.at[2];
    const dated = one.data.date && scene.compare ? [one.data.date] : [];
    this.#put(`${side}title`, rect, "top-left", [...dated, ...one.data.title, ...this.#linked(side), ...this.#doubts(one, side)]);
    this.#put(`${side}where`, rect, "bottom-left", [this.#slice(one), fill(words.position, { mm: one.position(z).toFixed(1) })]);
    const window = `${words.level} ${Math.round(scene.level[0])}  ${words.width} ${Math.round(scene.level[1])} HU`;
    const zoom = `${Math.round((one.planes[0].scale[0] / scene.shell.density) * 100)} %`;
    this.#put(`${side}how`, rect, "bottom-right", [...this.#slab(one, 0), window, zoom]);
    if (scene.compare && !scene.within && side !== scene.lead) this.#put(`${side}beyond`, middle(rect), "top-left", [words.beyond], "alarm");
    else if (one.places[z] < 0) this.#put(`${side}gap`, middle(rect), "top-left", [words.missing_slice], "alarm");
  }

  #slice(one) {
    const { words } = this.scene;
    const total = one.data.size[2];
    const number = one.number(one.at[2]);
    return number === null ? words.missing_slice : fill(words.slice, { number, total });
  }

  // What is on its way, and where the other exam ends.
  #doubts(one, side) {
    const { scene } = this;
    const { first, count } = one.slab(0, scene.thickness);
    const { words } = scene;
    const lost = one.places.slice(first, first + count).filter((k) => k < 0).length;
    return [
      ...(one.volume?.waits(first, count) ?? true ? [words.loading] : []),
      ...(count > 1 && lost ? [fill(words.missing_in_slab, { n: lost })] : []),
    ];
  }

  #slab(one, axis) {
    const { thickness, words } = this.scene;
    if (thickness.kind === null) return [];
    const { mm, count } = one.slab(axis, thickness);
    return [fill(words.slab_text, { kind: words[thickness.kind], mm: mm.toFixed(1), n: count })];
  }

  #cut(one, axis, name) {
    const along = ALONG[axis];
    const number = `${one.at[along] + 1} / ${one.size[along]}`;
    this.#put(`${name}where`, one.planes[axis].rect, "bottom-left", [`${this.scene.words[axis === 1 ? "coronal" : "sagittal"]} ${number}`]);
    this.#put(`${name}how`, one.planes[axis].rect, "bottom-right", this.#slab(one, axis));
  }

  #linked(side) {
    const { scene } = this;
    if (!scene.compare || side !== 1) return [];
    const mm = scene.link.offset === null ? "" : `${scene.link.offset > 0 ? "+" : ""}${scene.link.offset.toFixed(1)}`;
    const doubt = scene.link.kind === "registered" && scene.words[`grade_${scene.data.prior.link.grade}`];
    return [fill(scene.words[`link_${scene.link.kind}`], { mm }), ...(doubt ? [doubt] : [])];
  }

  // The colours are never shown without what they mean.
  #legend() {
    const { scene } = this;
    const mark = scene.heatShown ? scene.marked : null;
    this.legend.show(scene.side.planes[0].rect, scene.shell.density, scene.words, mark?.number ?? null, Boolean(mark?.saliency));
  }
}

function edge(rect, where, density) {
  const pad = 4 * density;
  const high = 26 * density;
  const [x, y] = { "edge-left": [0, rect.h / 2 - high], "edge-right": [rect.w - 30 * density, rect.h / 2 - high], "edge-top": [rect.w / 2 - pad * 3, -pad],
    "edge-bottom": [rect.w / 2 - pad * 3, rect.h - high - pad] }[where];
  return { x: rect.x + x, y: rect.y + y, w: 30 * density, h: high };
}

const middle = (rect) => ({ x: rect.x + rect.w * 0.36, y: rect.y + rect.h * 0.42, w: rect.w * 0.6, h: rect.h * 0.2 });
