// What the two tints of a reaction map mean: never shown without it, in words, by colour and by hatching.
export class Legend {
  constructor(box) {
    this.box = box;
    box.replaceChildren();
    const put = (parent, tag, name) => Object.assign(parent.appendChild(document.createElement(tag)), { className: name });
    this.title = put(box, "div", "");
    this.tints = put(box, "div", "bar-of-tints");
    this.ends = put(box, "div", "ends");
    [this.against, this.for] = [put(this.ends, "span", ""), put(this.ends, "span", "")];
    this.note = put(box, "div", "quiet");
  }

  // In the upper right corner of a rectangle (device pixels); `mapped`: whether there is a map of the mark. Nothing is shown without a mark.
  show(rect, density, words, number, mapped) {
    this.box.hidden = number === null;
    if (number === null) return;
    this.tints.hidden = this.ends.hidden = this.note.hidden = !mapped;
    const said = { title: words[mapped ? "saliency_of" : "saliency_none"].replace("{number}", number), against: words.saliency_against, for: words.saliency_for, note: words.saliency_note };
    for (const [name, text] of Object.entries(said)) if (this[name].textContent !== text) this[name].textContent = text;
    this.box.style.top = `${rect.y / density + 10}px`;
    this.box.style.right = `calc(100% - ${(rect.x + rect.w) / density - 10}px)`;
  }
}
