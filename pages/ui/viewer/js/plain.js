// Without WebGL2: pictures drawn by the server, with a slider. It says so, because contrast and size are then fixed.
export class PlainView {
  constructor(root, data) {
    Object.assign(this, { root, data });
    root.dataset.plain = "yes";
    const part = (name) => root.querySelector(`.${name}`);
    part("note").textContent = data.words.plain;
    part("note").hidden = false;
    [this.box, this.rail] = [part("pictures"), part("rail")];
    part("bar").hidden = part("image").hidden = part("over").hidden = true;
    this.box.hidden = false;
    if (data.kind === "ct") this.#ct();
    else this.#mg();
  }

  #picture(url, words) {
    const image = document.createElement("img");
    Object.assign(image, { src: url, alt: words });
    this.box.append(image);
    return image;
  }

  #ct() {
    const { size, headLast, first, url, version, words } = this.data;
    const image = this.#picture("", "");
    this.show = (slice) => {
      const number = headLast ? size[2] - slice : slice + 1;
      image.src = `${url}/slice/${slice}.png?v=${version}`;
      image.alt = words.slice.replace("{number}", number).replace("{total}", size[2]);
      Object.assign(this.rail, { min: 1, max: size[2], value: number });
    };
    this.rail.oninput = () => this.show(headLast ? size[2] - Number(this.rail.value) : Number(this.rail.value) - 1);
    this.show(first);
  }

  #mg() {
    this.rail.hidden = true;
    for (const image of this.data.images) this.#picture(`${image.url}/picture.png?v=${image.version}`, image.label);
  }

  update(data) {
    this.go(data.goto);
  }

  go(request) {
    const mark = this.data.marks?.find((one) => one.number === request?.number);
    if (mark && this.show && request.once !== this.went) this.show(mark.slice);
    this.went = request?.once;
  }

  end() {}
}
