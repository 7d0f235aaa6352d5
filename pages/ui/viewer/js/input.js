// Mouse, touch and keyboard, turned into calls of the scene.
import { point } from "./pointing.js";
const NOTCH = 100; // wheel pixels of one slice; touchpads send less at a time
const TYPED = "textarea, select, [contenteditable], [role=textbox], [role=combobox], [role=listbox], [role=dialog], [role=menu]";
const MOVED = "input, [role=slider], [role=radiogroup], [role=grid], [role=tablist]"; // these want the arrow keys for themselves
const BUTTONS = ["radio", "checkbox", "range", "button"];
const HELD_MS = 450; // a finger that rests so long changes the window
const REST = 8; // CSS pixels within which it rests

export function pointers(shell, area) {
  const active = new Map();
  let drag = null;
  let pinch = null;
  let holding = 0;
  const place = (event) => {
    const box = area.getBoundingClientRect();
    return [(event.clientX - box.left) * shell.density, (event.clientY - box.top) * shell.density];
  };
  const toolOf = (event) => {
    if (event.button === 2) return "window";
    if (event.button === 1 || event.shiftKey) return "pan";
    return event.ctrlKey || event.metaKey ? "zoom" : shell.scene.tool;
  };
  const spread = () => {
    const [a, b] = [...active.values()];
    return { distance: Math.hypot(a[0] - b[0], a[1] - b[1]), middle: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2] };
  };
  const hold = () => {
    if (!drag || drag.grabbed) return;
    drag.tool = "window";
    shell.report("held", "window");
    navigator.vibrate?.(15);
  };
  const begin = (event, x, y) => {
    if (event.altKey && event.button === 0) return point(shell, [x, y]);
    const tool = toolOf(event);
    const grabbed = event.button === 0 && !event.shiftKey && !event.ctrlKey && Boolean(shell.scene.grab?.(tool, x, y));
    drag = { tool, grabbed, x, y, start: { x, y, ...(shell.scene.pick(x, y) ?? {}) } };
    if (!grabbed) shell.scene.press(tool, x, y);
    if (event.pointerType === "touch") holding = setTimeout(hold, HELD_MS);
  };
  area.onpointerdown = (event) => {
    shell.focus();
    area.setPointerCapture(event.pointerId);
    const [x, y] = place(event);
    shell.pointer = [x, y];
    active.set(event.pointerId, [x, y]);
    clearTimeout(holding);
    if (active.size === 2) {
      if (drag?.grabbed) shell.scene.drop?.(drag.start.x, drag.start.y);
      [pinch, drag] = [spread(), null];
    } else if (active.size === 1) begin(event, x, y);
    event.preventDefault();
  };
  // Two fingers: apart zooms, together moves.
  const pinched = () => {
    const now = spread();
    const [dx, dy] = [now.middle[0] - pinch.middle[0], now.middle[1] - pinch.middle[1]];
    shell.scene.zoomBy(now.distance / Math.max(pinch.distance, 1), ...now.middle);
    if (dx || dy) shell.scene.panBy?.(dx, dy, ...now.middle);
    pinch = now;
  };
  area.onpointermove = (event) => {
    const [x, y] = place(event);
    shell.pointer = [x, y];
    if (active.has(event.pointerId)) active.set(event.pointerId, [x, y]);
    if (pinch && active.size === 2) pinched();
    else if (drag) {
      if (Math.hypot(x - drag.start.x, y - drag.start.y) > REST * shell.density) clearTimeout(holding);
      shell.scene.drag(drag.tool, (x - drag.x) / shell.density, (y - drag.y) / shell.density, x, y, drag.start);
      [drag.x, drag.y] = [x, y];
      shell.refresh();
    }
    shell.hover();
  };
  area.onpointerup = area.onpointercancel = (event) => {
    const [x, y] = place(event);
    clearTimeout(holding);
    active.delete(event.pointerId);
    if (active.size < 2) pinch = null;
    if (active.size) return;
    if (drag) shell.scene.drop?.(x, y);
    drag = null;
    shell.refresh();
  };
  area.onpointerleave = () => shell.hover(true);
  area.oncontextmenu = (event) => event.preventDefault();
  area.ondblclick = (event) => shell.scene.open?.(...place(event));
}

// Turns of the wheel are collected until they make a step.
export function wheel(shell, area) {
  let rest = 0;
  const turned = (event) => {
    event.preventDefault();
    const box = area.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) * shell.density, (event.clientY - box.top) * shell.density];
    const pixels = event.deltaMode === 1 ? event.deltaY * 33 : event.deltaY;
    if (event.ctrlKey) return shell.scene.zoomBy(Math.exp(-pixels / 300), x, y);
    rest = Math.sign(rest) === Math.sign(pixels) ? rest + pixels : pixels;
    const steps = Math.abs(pixels) >= NOTCH ? Math.round(rest / NOTCH) : Math.trunc(rest / (NOTCH / 3));
    if (!steps) return undefined;
    rest = 0;
    return shell.scene.wheel(steps, x, y);
  };
  area.addEventListener("wheel", turned, { passive: false });
  return () => area.removeEventListener("wheel", turned);
}

const CURSOR = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEPS = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -1e6, End: 1e6 };

// Keys work wherever the focus is, except while someone types or moves inside another control.
export function keyboard(shell) {
  const pressed = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !shell.visible) return;
    const inside = event.composedPath().includes(shell.root);
    const target = event.composedPath()[0];
    if (!inside && target instanceof Element && (typing(target) || (event.key in STEPS && target.closest(MOVED)))) return;
    if (inside && target instanceof HTMLInputElement && event.key in STEPS) return; // the slider moves itself
    if (!inside && document.querySelector("[role=dialog]")) return;
    if (!handle(shell, event, inside)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  window.addEventListener("keydown", pressed, true);
  return () => window.removeEventListener("keydown", pressed, true);
}

function typing(target) {
  return target.closest(TYPED) || (target instanceof HTMLInputElement && !BUTTONS.includes(target.type));
}

function handle(shell, event, inside) {
  const key = (event.shiftKey && event.key.length === 1 ? "shift+" : "") + event.key.toLowerCase();
  const found = [...shell.commands.flat(), ...shell.keys].find((one) => one.key === key && (!one.there || one.there()));
  const command = found?.stage && !inside ? null : found; // such keys belong to whatever has the focus
  if (key === "shift+?" || key === "?") return shell.data.help !== false && (shell.help.toggle(), true);
  if (key === "escape" && shell.help.open) return shell.help.close(), true;
  if (command?.once && event.repeat) return true; // held down, not pressed again
  if (command) return shell.run(command), true;
  if (event.shiftKey && event.key in CURSOR && shell.scene.nudge && inside) return shell.scene.nudge(...CURSOR[event.key]), true;
  if (event.key in STEPS && shell.scene.step && (inside || !["Home", "End"].includes(event.key))) return shell.scene.step(STEPS[event.key]), true;
  if (event.key === "+" || event.key === "=") return shell.scene.zoomBy(1.25, ...shell.pointer), true;
  if (event.key === "-") return shell.scene.zoomBy(0.8, ...shell.pointer), true;
  return false;
}
