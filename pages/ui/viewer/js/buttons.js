// Every command of the viewer once: its words, its key, whether it is on, what it does. Toolbar and keyboard are made from this list.
import { keyName } from "./help.js";

const TOOL_KEYS = { scroll: "s", window: "w", pan: "d", zoom: "z", cross: "x", length: "l", diameters: "b" };

function presets(scene, words) {
  return scene.presets.map((name, i) => ({ id: name, key: String(i + 1), label: words[name], hint: words[`${name}_hint`], on: () => scene.isPreset(name), run: () => scene.preset(name) }));
}

function tools(shell, scene, words) {
  const names = ["cross", "scroll", "window", "pan", "zoom", "length", "diameters"];
  return names.map((name) => ({
    id: `tool-${name}`, key: TOOL_KEYS[name], label: words[`tool_${name}`], hint: words[`tool_${name}_hint`],
    there: () => scene.tools.includes(name), on: () => scene.tool === name, run: () => (scene.tool = name),
  }));
}

function marks(shell, scene, words) {
  const there = () => shell.marks().length > 0;
  return [
    { id: "marks", key: "h", label: words.marks, hint: words.marks_hint, there, on: () => scene.marksShown, run: () => (scene.marksShown = !scene.marksShown) },
    { id: "previous", key: "shift+n", label: "‹", hint: words.previous_hint, there, run: () => shell.jumpBy(-1) },
    { id: "next", key: "n", label: "›", hint: words.next_hint, there, run: () => shell.jumpBy(1) },
  ];
}

export function commands(shell, scene, words) {
  return [
    presets(scene, words),
    tools(shell, scene, words),
    ...scene.commands(),
    marks(shell, scene, words),
    [
      { id: "invert", key: "i", label: words.invert, hint: words.invert_hint, on: () => scene.inverted, run: () => (scene.inverted = !scene.inverted) },
      { id: "actual", key: "0", label: "1:1", hint: words.actual_hint, run: () => scene.actual(...shell.pointer) },
      { id: "reset", key: "r", label: words.reset, hint: words.reset_hint, run: () => scene.reset() },
      { id: "full", key: "f", label: words.full, hint: words.full_hint, on: () => shell.isFull, run: () => shell.full() },
    ],
  ];
}

// The toolbar; gives a function that brings every button up to date.
export function toolbar(bar, groups, after) {
  bar.replaceChildren();
  const made = [];
  for (const group of groups) {
    const box = document.createElement("div");
    box.className = "group";
    for (const command of group) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = typeof command.label === "function" ? command.label() : command.label;
      button.title = `${command.hint} (${keyName(command.key)})`;
      button.setAttribute("aria-label", command.hint);
      button.setAttribute("aria-keyshortcuts", keyName(command.key));
      button.dataset.id = command.id;
      button.onclick = () => after(command);
      box.append(button);
      made.push([button, command]);
    }
    bar.append(box);
  }
  return () => {
    for (const [button, command] of made) {
      button.hidden = command.there ? !command.there() : false;
      if (typeof command.label === "function") button.textContent = command.label();
      if (command.on) button.setAttribute("aria-pressed", String(command.on()));
    }
    for (const box of bar.children) box.hidden = [...box.children].every((button) => button.hidden);
  };
}
