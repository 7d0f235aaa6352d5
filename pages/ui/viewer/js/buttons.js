// Every command of the viewer once: its words, its key, whether it is on, what it does. Toolbar and keyboard are made from this list.
const TOOL_KEYS = { scroll: "s", window: "w", pan: "d", zoom: "z", cross: "x" };

function presets(scene, words) {
  return scene.presets.map((name, i) => ({ id: name, key: String(i + 1), label: words[name], hint: words[`${name}_hint`], on: () => scene.isPreset(name), run: () => scene.preset(name) }));
}

function tools(shell, scene, words) {
  const names = ["cross", "scroll", "window", "pan", "zoom"];
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

function forCt(scene, words) {
  return [{ id: "three", key: "m", label: words.three, hint: words.three_hint, there: () => scene.data.regular, on: () => scene.three, run: () => scene.setThree(!scene.three) }];
}

export function commands(shell, scene, words, kind) {
  const own = kind === "ct" ? [forCt(scene, words)] : scene.commands();
  return [
    presets(scene, words),
    tools(shell, scene, words),
    ...own,
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
      button.textContent = command.label;
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
      if (command.on) button.setAttribute("aria-pressed", String(command.on()));
    }
    for (const box of bar.children) box.hidden = [...box.children].every((button) => button.hidden);
  };
}

function keyName(key) {
  return key.split("+").map((part) => (part.length > 1 ? part[0].toUpperCase() + part.slice(1) : part.toUpperCase())).join("-");
}
