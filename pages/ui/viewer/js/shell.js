// What surrounds a scene: canvases, toolbar, slider, size, focus, messages, and a graphics context that may be lost and come back.
import { commands, toolbar } from "./buttons.js";
import { CtScene } from "./ct.js";
import { context, stage } from "./gl.js";
import { Help } from "./help.js";
import { keyboard, pointers, wheel } from "./input.js";
import { MgScene } from "./mg.js";

const SCENES = { ct: CtScene, mg: MgScene };
const REST_MS = 80; // without a new image after which the value under the pointer is asked for

export class Shell {
  // tell(name, value): to Python
  constructor(root, data, tell) {
    Object.assign(this, { root, data, tell, began: performance.now(), pointer: [0, 0], frame: 0, lost: false, ahead: Boolean(data.ahead) });
    this.part = (name) => root.querySelector(`.${name}`);
    [this.canvas, this.over, this.rail] = [this.part("image"), this.part("over"), this.part("rail")];
    this.pen = this.over.getContext("2d");
    this.scene = new SCENES[data.kind](this, data);
    this.help = new Help(this);
    this.#dress();
    this.undo = [wheel(this, this.part("stage")), keyboard(this)];
    pointers(this, this.part("stage"));
    this.#watch();
    this.resize();
    this.#begin();
  }

  #dress() {
    this.commands = commands(this, this.scene, this.data.words);
    this.keys = this.scene.keys?.() ?? [];
    this.refresh = toolbar(this.part("buttons"), this.commands, (command) => this.run(command));
    this.part("buttons").setAttribute("aria-label", this.data.words.tools);
    this.rail.hidden = this.data.kind !== "ct";
    this.rail.setAttribute("aria-label", this.data.words.slider);
    this.rail.oninput = () => this.scene.slide(Number(this.rail.value));
    const heat = this.part("opacity");
    heat.setAttribute("aria-label", this.data.words.opacity);
    heat.title = this.data.words.opacity;
    heat.oninput = () => {
      this.scene.opacity = Number(heat.value) / 100;
      this.draw();
    };
    this.refresh();
  }

  #watch() {
    const seen = new ResizeObserver(() => (this.#height(), this.resize())); // also when a viewer that was loaded out of sight is shown
    seen.observe(this.part("stage"));
    const fit = () => this.#height();
    const turned = () => (this.refresh(), this.resize());
    window.addEventListener("resize", fit);
    this.#sharpen();
    this.root.addEventListener("fullscreenchange", turned);
    const forget = (event) => (event.preventDefault(), this.#lose());
    const again = () => this.#begin();
    this.canvas.addEventListener("webglcontextlost", forget);
    this.canvas.addEventListener("webglcontextrestored", again);
    this.undo.push(
      () => seen.disconnect(), () => window.removeEventListener("resize", fit),
      () => this.canvas.removeEventListener("webglcontextlost", forget), () => this.canvas.removeEventListener("webglcontextrestored", again),
    );
    this.#height();
  }

  // Moved to a screen with other pixels: draw with those.
  #sharpen() {
    const screen = window.matchMedia(`(resolution: ${this.density}dppx)`);
    const moved = () => (this.resize(), this.#sharpen());
    screen.addEventListener("change", moved, { once: true });
    this.blunt?.();
    this.blunt = () => screen.removeEventListener("change", moved);
  }

  // The viewer takes the rest of the window, whatever stands above it.
  #height() {
    if (!this.visible) return;
    const top = this.root.getBoundingClientRect().top;
    const scroller = document.querySelector('[data-testid="stMain"]')?.scrollTop ?? 0;
    this.root.style.setProperty("--above", `${Math.round(top + scroller)}px`);
    document.documentElement.style.setProperty("--fl-viewer-above", `${Math.round(top + scroller)}px`); // for what stands beside it
  }

  #begin() {
    this.stop?.abort();
    this.stop = new AbortController();
    this.gl = context(this.canvas);
    if (!this.gl) return;
    this.lost = false;
    this.say("");
    stage(this.gl);
    this.scene.start(this.gl, this.stop.signal);
    this.bare = false;
    this.scene.tell?.();
    this.draw();
  }

  #lose() {
    this.lost = true;
    this.report("loaded", 0);
    this.stop.abort();
    this.say(this.data.words.lost);
  }

  get density() {
    return window.devicePixelRatio || 1;
  }

  get visible() {
    return this.root.isConnected && this.root.offsetParent !== null;
  }

  get isFull() {
    return this.root.getRootNode().fullscreenElement === this.root;
  }

  full() {
    if (this.isFull) document.exitFullscreen();
    else this.root.requestFullscreen?.();
  }

  focus() {
    this.part("stage").focus({ preventScroll: true });
  }

  run(command) {
    command.run();
    this.refresh();
    this.part("opacity").hidden = !this.scene.heatShown;
    this.draw();
  }

  resize() {
    const box = this.part("stage").getBoundingClientRect();
    const [w, h] = [Math.max(1, Math.round(box.width * this.density)), Math.max(1, Math.round(box.height * this.density))];
    for (const canvas of [this.canvas, this.over]) if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
    this.scene.resize(w, h);
    this.bare = false;
    if (!this.placed || this.placed !== `${w} ${h}`) this.scene.planes.forEach((plane) => plane.zoom === 1 && plane.reset(plane.fitted));
    this.placed = `${w} ${h}`;
    this.draw();
  }

  draw() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      if (this.lost || !this.gl || !this.root.isConnected) return;
      this.scene.draw();
      this.#overlay();
      this.#restThenHover();
      this.report("frames", (this.frames = (this.frames ?? 0) + 1));
    });
  }

  // Reading a value back makes the card wait, so it is not done for images that fly past; until then none is shown, never an old one.
  #restThenHover() {
    const { place } = this.scene;
    if (place === undefined) return this.hover();
    if (place === this.placeRead) return undefined;
    clearTimeout(this.resting);
    if (this.root.dataset.value) this.hover(true);
    this.resting = setTimeout(() => this.root.isConnected && this.hover(), REST_MS);
    return undefined;
  }

  // What lies over the image; where nothing does, nothing is painted again.
  #overlay() {
    const { pen } = this;
    const busy = this.scene.busy ?? true;
    if (!busy && this.bare) return;
    this.bare = !busy;
    pen.density = this.density;
    pen.clearRect(0, 0, this.over.width, this.over.height);
    pen.font = `${12.5 * this.density}px system-ui, "Noto Sans", "Noto Sans SC", sans-serif`;
    this.scene.overlay(pen);
  }

  // The value under the pointer, shown at the lower edge.
  hover(gone = false) {
    const { text, value, voxel = "" } = gone || this.lost || !this.gl ? { text: "", value: "" } : this.scene.hover(...this.pointer);
    this.placeRead = gone ? null : this.scene.place;
    const shown = this.part("value");
    if (shown.textContent !== text) shown.textContent = text;
    this.report("value", value);
    this.report("voxel", voxel);
  }

  slider(number, total) {
    Object.assign(this.rail, { min: 1, max: total, value: number });
  }

  marks() {
    return this.scene.marks ?? this.data.marks ?? [];
  }

  jump(number) {
    if (!this.scene.jump(number)) return;
    this.report("mark", number);
    this.refresh();
  }

  jumpBy(step) {
    const numbers = this.marks().map((mark) => mark.number).sort((a, b) => a - b);
    const at = numbers.indexOf(this.scene.current);
    this.jump(numbers[at < 0 ? (step > 0 ? 0 : numbers.length - 1) : (at + step + numbers.length) % numbers.length]);
  }

  say(text) {
    const note = this.part("note");
    note.textContent = text;
    note.hidden = !text;
  }

  problem(problem) {
    const { words } = this.data;
    console.error(problem);
    this.report("problem", String(problem.message ?? problem));
    this.say(problem.status === 401 ? words.signed_out : problem.status === 404 ? words.gone : words.broken);
  }

  report(name, value) {
    if (this.root.dataset[name] !== String(value)) this.root.dataset[name] = value;
  }

  // Something that Python keeps.
  send(name, value) {
    this.tell?.(name, value);
  }

  // Milliseconds from mounting until the first and until every image was there.
  milestone(name) {
    if (this.root.dataset[name]) return;
    this.gl.finish();
    this.report(name, Math.round(performance.now() - this.began));
    if (name === "full") this.#preload();
  }

  // Images of what comes next, kept by the browser: {preload: [address, …]}.
  async #preload() {
    for (const url of this.data.preload ?? []) await fetch(url, { credentials: "same-origin", priority: "low", signal: this.stop.signal }).catch(() => null);
  }

  update(data) {
    const same = JSON.stringify(data.words) === JSON.stringify(this.data.words);
    this.data = { ...this.data, ahead: false, ...data };
    this.ahead = Boolean(this.data.ahead);
    this.scene.update(data);
    if (!this.ahead) this.scene.wake?.();
    if (same) this.refresh();
    else this.#dress();
    this.go(data.goto);
  }

  // Python asks for a mark; the same request is followed once.
  go(request) {
    if (!request || request.once === this.went) return;
    this.went = request.once;
    this.jump(request.number);
  }

  end() {
    this.stop?.abort();
    this.undo.forEach((undo) => undo());
    this.blunt?.();
    clearTimeout(this.resting);
    cancelAnimationFrame(this.frame);
    this.gl?.getExtension("WEBGL_lose_context")?.loseContext();
  }
}
