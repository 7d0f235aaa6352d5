// Lengths and pairs of diameters that a reader draws. Points are kept in the world of a view (mm in the patient for a CT), so that they stay where
// they are whatever is zoomed; a view says where a point lies on the screen.
import { write } from "./overlay.js";

const OWN = "#4FB3BC";
const GRIP = 9; // CSS pixels around a point that count as it
const SLIPS = 3; // CSS pixels below which a drag is a click
const TOOLS = { length: "length", diameters: "two_diameters" };

const gap = (a, b) => Math.hypot(...a.map((value, i) => value - b[i]));
const mix = (a, b, t) => a.map((value, i) => value + (b[i] - value) * t);
const sum = (a, b, t = 1) => a.map((value, i) => value + t * b[i]);
const dot = (a, b) => a.reduce((total, value, i) => total + value * b[i], 0);

// A view of the world: {id, place: {…} to be kept with the measurement, shows(measurement), toScreen(point) → device pixels, toWorld(x, y) → point or null}
export class Measures {
  constructor(shell, changed) {
    Object.assign(this, { shell, changed, list: [], chosen: null, grip: 0, fresh: null, pending: null });
  }

  // Those of a scene, as they were told to Python before.
  set(list) {
    this.list = (list ?? []).map((one) => ({ ...one, points: one.points.map((point) => [...point]) }));
    this.chosen = null;
    this.#report();
  }

  #report() {
    this.shell.report("measured", JSON.stringify(this.list.map((one) => [one.kind, ...this.value(one)])));
  }

  static kind(tool) {
    return TOOLS[tool] ?? null;
  }

  value(one) {
    const lengths = one.points.length === 4 ? [gap(one.points[0], one.points[1]), gap(one.points[2], one.points[3])] : [gap(...one.points)];
    return lengths.map((mm) => Math.round(mm * 10) / 10);
  }

  // What lies under the pointer: {one, point} of an end, {one} of a line, or null.
  hit(view, x, y) {
    const near = GRIP * this.shell.density;
    for (const one of [...this.list].reverse()) {
      if (!view.shows(one)) continue;
      const ends = one.points.map((point) => view.toScreen(point));
      const point = ends.findIndex(([px, py]) => Math.hypot(px - x, py - y) <= near);
      if (point >= 0) return { one, point };
      if (ends.some((end, i) => i % 2 === 0 && beside(end, ends[i + 1], [x, y]) <= near / 2)) return { one };
    }
    return null;
  }

  // Begin at a place: take hold of what is there, or with a measuring tool draw something new. Says whether it was taken.
  grab(view, x, y, tool) {
    const found = this.hit(view, x, y);
    const kind = Measures.kind(tool);
    if (found) {
      this.chosen = found.one;
      this.grip = found.point ?? 0;
      this.held = found.point === undefined ? null : { view, one: found.one, point: found.point };
      this.shell.draw();
      return true;
    }
    if (!kind) {
      if (this.chosen) [this.chosen] = [null, this.shell.draw()];
      return false;
    }
    const start = view.toWorld(x, y);
    if (!start) return true;
    this.held = { view, one: this.#new(view, kind, start), point: 1, from: [x, y] };
    this.shell.draw();
    return true;
  }

  #new(view, kind, start) {
    const id = `m${Date.now().toString(36)}${Math.random().toString(36).slice(2, 6)}`;
    this.fresh = { id, kind, ...view.place(), points: [start, [...start], ...(kind === "length" ? [] : [[...start], [...start]])] };
    this.list.push(this.fresh);
    this.chosen = this.fresh;
    return this.fresh;
  }

  drag(x, y) {
    const { view, one, point } = this.held ?? {};
    const to = view?.toWorld(x, y);
    if (to) this.move(one, point, to);
    return Boolean(this.held);
  }

  // Bring an end to a place; the short diameter stays perpendicular to the long one and keeps its parts of it.
  move(one, point, to) {
    const p = one.points;
    if (p.length === 2) p[point] = to;
    else if (point < 2) {
      const before = this.#short(one);
      p[point] = to;
      this.#raise(one, before ?? { t: 0.5, up: gap(p[0], p[1]) * 0.35, down: gap(p[0], p[1]) * 0.35, side: null });
    } else this.#pull(one, point, to);
    this.shell.draw();
  }

  // Where the short diameter crosses the long one (share of its length) and how far it reaches to both sides; null before there is one.
  #short(one) {
    const [a, b, c, d] = one.points;
    const long = gap(a, b);
    if (!long || !gap(c, d)) return null;
    const t = dot(sum(c, a, -1), sum(b, a, -1)) / (long * long);
    const foot = mix(a, b, t);
    return { t, up: gap(foot, c), down: gap(foot, d), side: sum(c, foot, -1) };
  }

  #raise(one, { t, up, down, side }) {
    const [a, b] = one.points;
    const normal = this.held?.view.across(a, b, side) ?? this.view?.across(a, b, side);
    if (!normal) return;
    const foot = mix(a, b, t);
    [one.points[2], one.points[3]] = [sum(foot, normal, up), sum(foot, normal, -down)];
  }

  // An end of the short diameter: its height follows, and the crossing slides along.
  #pull(one, point, to) {
    const [a, b, c, d] = one.points;
    const long = gap(a, b);
    if (!long) return;
    const t = Math.min(1, Math.max(0, dot(sum(to, a, -1), sum(b, a, -1)) / (long * long)));
    const foot = mix(a, b, t);
    const old = this.#short(one) ?? { t, up: gap(foot, c), down: gap(foot, d), side: null };
    const normal = this.held.view.across(a, b, old.side);
    const height = Math.max(0, dot(sum(to, foot, -1), normal) * (point === 2 ? 1 : -1));
    this.#raise(one, { ...old, t, [point === 2 ? "up" : "down"]: height });
  }

  // The drag is over: a click is no measurement; otherwise Python is told.
  drop(x, y) {
    const { held } = this;
    if (!held) return;
    this.held = null;
    const slipped = held.from && Math.hypot(x - held.from[0], y - held.from[1]) < SLIPS * this.shell.density;
    if (this.fresh && (slipped || !this.value(this.fresh)[0])) this.list = this.list.filter((one) => one !== this.fresh);
    else if (this.fresh) this.#longFirst(this.fresh);
    if (this.fresh && !this.list.includes(this.fresh)) this.chosen = null;
    this.fresh = null;
    if (!slipped) this.tell();
    this.shell.draw();
  }

  // The longer of two diameters is the long one.
  #longFirst(one) {
    const [long, short] = this.value(one);
    if (short > long) one.points = [one.points[2], one.points[3], one.points[0], one.points[1]];
  }

  tell() {
    for (const one of this.list) {
      if (one.points.length === 4) this.#longFirst(one);
      one.mm = this.value(one);
    }
    this.#report();
    this.changed(this.list.map((one) => ({ ...one, points: one.points.map((point) => point.map((value) => Math.round(value * 1000) / 1000)) })));
  }

  // By keyboard: a first press sets an end at the cursor, a second one the other; with a chosen one its end moves to the cursor.
  place(view, at, tool) {
    const kind = Measures.kind(tool);
    this.view = view;
    if (this.pending) {
      this.move(this.pending, 1, at);
      const done = this.pending;
      this.pending = this.fresh = null;
      if (!this.value(done)[0]) this.list = this.list.filter((one) => one !== done);
    } else if (kind) {
      this.pending = this.#new(view, kind, at);
      return this.shell.draw();
    } else if (this.chosen) {
      this.held = { view, one: this.chosen, point: this.grip };
      this.move(this.chosen, this.grip, at);
      this.held = null;
    } else return undefined;
    this.tell();
    return this.shell.draw();
  }

  // The end that moves next, then the next measurement.
  turn() {
    if (!this.list.length) return null;
    const last = !this.chosen || this.grip + 1 >= this.chosen.points.length;
    if (last) [this.chosen, this.grip] = [this.list[(this.list.indexOf(this.chosen) + 1) % this.list.length], 0];
    else this.grip += 1;
    return this.chosen;
  }

  remove() {
    const gone = this.chosen ?? this.pending;
    if (!gone) return;
    this.list = this.list.filter((one) => one !== gone);
    this.chosen = this.pending = this.fresh = this.held = null;
    this.tell();
  }

  draw(pen, view) {
    for (const one of this.list) if (view.shows(one)) this.#draw(pen, view, one);
  }

  #draw(pen, view, one) {
    const ends = one.points.map((point) => view.toScreen(point));
    const thick = (one === this.chosen ? 2.5 : 1.5) * pen.density;
    for (const [colour, width] of [["rgba(0,0,0,.7)", thick + 2 * pen.density], [OWN, thick]]) {
      pen.strokeStyle = colour;
      pen.lineWidth = width;
      pen.beginPath();
      for (let i = 0; i < ends.length; i += 2) {
        pen.moveTo(...ends[i]);
        pen.lineTo(...ends[i + 1]);
      }
      pen.stroke();
    }
    ends.forEach((end, i) => dab(pen, end, one === this.chosen && i === this.grip));
    const [x, y] = ends.reduce((far, end) => (end[0] > far[0] ? end : far));
    pen.textAlign = "left";
    pen.textBaseline = "middle";
    write(pen, `${this.value(one).map((mm) => mm.toFixed(1)).join(" × ")} mm`, x + 8 * pen.density, y, OWN);
  }
}

function dab(pen, [x, y], full) {
  pen.beginPath();
  pen.arc(x, y, 4 * pen.density, 0, 2 * Math.PI);
  pen.fillStyle = full ? OWN : "rgba(0,0,0,.6)";
  pen.fill();
  pen.strokeStyle = OWN;
  pen.lineWidth = 1.5 * pen.density;
  pen.stroke();
}

// Distance of a point from a line between two others, all on the screen.
function beside(a, b, p) {
  const long = gap(a, b);
  const t = long ? Math.min(1, Math.max(0, dot(sum(p, a, -1), sum(b, a, -1)) / (long * long))) : 0;
  return gap(p, mix(a, b, t));
}
