// Without WebGL2: pictures drawn by the server, with windows, scrolling, marks and every key. It says so, because measuring needs the values.
import { toolbar } from "./buttons.js";
import { Help } from "./help.js";
import { keyboard, wheel } from "./input.js";
import { PlainCt } from "./plain_ct.js";
import { PlainMg } from "./plain_mg.js";

export class PlainView {
  constructor(root, data) {
    Object.assign(this, { root, data, pointer: [0, 0], density: 1, keys: [] });
    root.dataset.plain = "yes";
    this.part = (name) => root.querySelector(`.${name}`);
    for (const name of ["image", "over"]) this.part(name).hidden = true;
    this.part("pictures").hidden = false;
    this.help = new Help(this);
    this.scene = new { ct: PlainCt, mg: PlainMg }[data.kind](this);
    this.undo = [keyboard(this), wheel(this, this.part("stage"))];
    this.part("stage").onclick = () => this.focus();
    const fit = () => this.#height();
    window.addEventListener("resize", fit);
    this.undo.push(() => window.removeEventListener("resize", fit));
    fit();
    this.#dress();
  }

  #dress() {
    const { words } = this.data;
    this.part("note").textContent = words.plain;
    this.part("note").hidden = false;
    this.commands = this.scene.commands();
    this.refresh = toolbar(this.part("buttons"), this.commands, (command) => this.run(command));
    this.part("buttons").setAttribute("aria-label", words.tools);
    this.part("rail").setAttribute("aria-label", words.slider);
    this.scene.draw();
    this.refresh();
  }

  #height() {
    if (this.visible) this.root.style.setProperty("--above", `${Math.round(this.root.getBoundingClientRect().top)}px`);
  }

  get visible() {
    return this.root.isConnected && this.root.offsetParent !== null;
  }

  focus() {
    this.part("stage").focus({ preventScroll: true });
  }

  run(command) {
    command.run();
    this.scene.draw();
    this.refresh();
  }

  report(name, value) {
    this.root.dataset[name] = value;
  }

  // A step through the AI marks, in the order of their numbers.
  jumpBy(step) {
    const numbers = this.scene.marks.map((mark) => mark.number).sort((a, b) => a - b);
    const at = numbers.indexOf(this.scene.current);
    this.#jump(numbers[at < 0 ? (step > 0 ? 0 : numbers.length - 1) : (at + step + numbers.length) % numbers.length]);
  }

  #jump(number) {
    const mark = this.scene.marks.find((one) => one.number === number);
    if (!mark) return;
    this.scene.current = number;
    this.scene.marksShown = true;
    this.scene.look(mark);
    this.report("mark", number);
    this.scene.draw();
    this.refresh?.();
  }

  update(data) {
    this.data = { ...this.data, ...data };
    this.scene.update();
    this.#dress();
    this.go(data.goto);
  }

  // Python asks for a mark; the same request is followed once.
  go(request) {
    if (!request || request.once === this.went) return;
    this.went = request.once;
    this.#jump(request.number);
  }

  end() {
    this.undo.forEach((undo) => undo());
  }
}
