// Lines of text in the corners of an image, as elements: changing a number does not repaint the whole picture.
export class Labels {
  constructor(box) {
    Object.assign(this, { box, made: new Map(), used: new Set() });
    box.replaceChildren();
  }

  // rect: device pixels; corner: "top-left" …; tone: a class for the colour
  put(name, rect, corner, lines, density, tone = "") {
    this.used.add(name);
    let one = this.made.get(name);
    if (!one) {
      one = { element: this.box.appendChild(document.createElement("div")), text: "", place: "" };
      this.made.set(name, one);
    }
    const text = lines.join("\n");
    if (one.text !== text) one.element.textContent = one.text = text;
    const place = `${corner} ${tone} ${rect.x / density} ${rect.y / density} ${rect.w / density} ${rect.h / density}`;
    if (one.place === place) return;
    one.place = place;
    one.element.className = `label ${corner} ${tone}`;
    const { style } = one.element;
    const [x, y, w, h] = [rect.x, rect.y, rect.w, rect.h].map((value) => value / density);
    const [over, beside] = [corner.startsWith("top") ? y : null, corner.endsWith("left") ? x : null];
    style.top = over === null ? "" : `${over + 10}px`;
    style.bottom = over === null ? `calc(100% - ${y + h - 10}px)` : "";
    style.left = beside === null ? "" : `${beside + 10}px`;
    style.right = beside === null ? `calc(100% - ${x + w - 10}px)` : "";
    style.maxWidth = `${Math.max(60, w - 20)}px`;
  }

  // Forget what was not put since the last time.
  tidy() {
    for (const [name, { element }] of this.made) {
      if (this.used.has(name)) continue;
      element.remove();
      this.made.delete(name);
    }
    this.used.clear();
  }
}
