// The entry: one viewer per place in the page, kept over reruns, rebuilt only when other images are to be shown.
import { context } from "./gl.js";
import { PlainView } from "./plain.js";
import { Shell } from "./shell.js";

const SHOWN = new WeakMap();

function works() {
  const trial = context(document.createElement("canvas"));
  trial?.getExtension("WEBGL_lose_context")?.loseContext();
  return Boolean(trial);
}

export default function show({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".viewer");
  let viewer = SHOWN.get(root);
  if (viewer && viewer.data.id !== data.id) {
    viewer.end();
    renew(root);
    viewer = null;
  }
  if (viewer) viewer.update(data);
  else {
    viewer = works() ? new Shell(root, data, setTriggerValue) : new PlainView(root, data);
    SHOWN.set(root, viewer);
    viewer.go(data.goto);
  }
  return () => {
    viewer.end();
    SHOWN.delete(root);
    renew(root);
  };
}

// A canvas whose context was given back cannot draw again; put a new one in its place and forget what was reported.
function renew(root) {
  for (const name of ["image", "over"]) {
    const old = root.querySelector(`.${name}`);
    if (old) old.replaceWith(Object.assign(document.createElement("canvas"), { className: name }));
  }
  for (const name of Object.keys(root.dataset)) delete root.dataset[name];
  root.querySelector(".pictures")?.replaceChildren();
}
