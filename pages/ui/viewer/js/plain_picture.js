// One picture of the server with its marks over it, and the commands that all such pictures share.
const SVG = "http://www.w3.org/2000/svg";

function shape(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

// Boxes and contours in image pixels; mirrored with the picture, while their words stay legible.
function drawnMarks({ size, mirrored }, marks, current) {
  const x = (column) => (mirrored ? size[0] - column : column);
  const high = size[1] / 40;
  return marks.flatMap((mark) => {
    const [x0, x1] = [x(mark.box[0]), x(mark.box[2])].sort((a, b) => a - b);
    const meant = mark.number === current || (mark.partners ?? []).includes(current);
    const thick = { fill: "none", stroke: "#FFD166", "stroke-width": meant ? 2.5 : 1.5, "vector-effect": "non-scaling-stroke" };
    const box = shape("rect", { x: x0, y: mark.box[1], width: x1 - x0, height: mark.box[3] - mark.box[1], ...thick });
    const lines = (mark.outline ?? []).map((points) => shape("polygon", { points: points.map(([px, py]) => `${x(px)},${py}`).join(" "), ...thick }));
    const left = x1 + high * 8 > size[0];
    const place = { x: left ? x0 - high / 3 : x1 + high / 3, y: mark.box[1] + high, "text-anchor": left ? "end" : "start" };
    return [box, ...lines, shape("text", { ...place, fill: "#FFD166", stroke: "#000", "stroke-width": high / 5, "paint-order": "stroke", "font-size": high }, mark.text)];
  });
}

// image: {url, words, size, mirrored, side: "L" | "R" | ""}; gives a figure that keeps its picture while only marks change.
export class PlainPicture {
  constructor(lines) {
    this.figure = Object.assign(document.createElement("figure"), { className: "plain" });
    this.picture = document.createElement("img");
    this.marks = shape("svg", { "aria-hidden": "true" });
    this.caption = document.createElement("figcaption");
    this.figure.append(this.picture, this.marks, this.caption);
    this.picture.onerror = () => this.say([...this.lines, lines.failed], true);
  }

  say(lines, alarm = false) {
    this.caption.replaceChildren(...lines.map((text) => Object.assign(document.createElement("div"), { textContent: text })));
    this.caption.classList.toggle("alarm", alarm);
  }

  show(image, { lines, alarm = false, marks, current, inverted, zoom = 1 }) {
    this.lines = lines;
    this.say(lines, alarm);
    this.marks.style.display = image.url ? "" : "none";
    this.picture.hidden = !image.url;
    if (!image.url) return;
    if (this.picture.getAttribute("src") !== image.url) this.picture.src = image.url;
    const place = { L: "left", R: "right" }[image.side] ?? "center";
    this.picture.alt = image.words;
    const stored = image.mirrored ? { left: "right", right: "left" }[place] ?? place : place; // turned with the picture
    Object.assign(this.picture.style, { objectPosition: stored, transform: image.mirrored ? "scaleX(-1)" : "", filter: inverted ? "invert(1)" : "" });
    Object.assign(this.figure.style, { width: zoom > 1 ? `${zoom * 100}%` : "", height: zoom > 1 ? `${zoom * 100}%` : "", flex: zoom > 1 ? "none" : "" });
    this.marks.setAttribute("viewBox", `0 0 ${image.size.join(" ")}`);
    this.marks.setAttribute("preserveAspectRatio", { left: "xMinYMid", right: "xMaxYMid", center: "xMidYMid" }[place]);
    this.marks.replaceChildren(...drawnMarks(image, marks, current));
  }
}

// What a picture of the server can do, whatever it shows.
export function plainCommands(view, words) {
  const { scene } = view;
  const there = () => scene.marks.length > 0;
  return [
    [
      { id: "marks", key: "h", label: words.marks, hint: words.marks_hint, there, on: () => scene.marksShown, run: () => (scene.marksShown = !scene.marksShown) },
      { id: "previous", key: "shift+n", label: "‹", hint: words.previous_hint, there, run: () => view.jumpBy(-1) },
      { id: "next", key: "n", label: "›", hint: words.next_hint, there, run: () => view.jumpBy(1) },
    ],
    [
      { id: "larger", key: "+", label: "+", hint: words.larger_hint, run: () => scene.zoomBy(1.25) },
      { id: "smaller", key: "-", label: "−", hint: words.smaller_hint, run: () => scene.zoomBy(0.8) },
      { id: "invert", key: "i", label: words.invert, hint: words.invert_hint, on: () => scene.inverted, run: () => (scene.inverted = !scene.inverted) },
      { id: "reset", key: "r", label: words.reset, hint: words.reset_hint, run: () => scene.reset() },
    ],
  ];
}
