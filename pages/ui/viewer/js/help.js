// What every key does, over the images; opened and closed with "?".
export class Help {
  constructor(shell) {
    Object.assign(this, { shell, box: shell.part("help") });
  }

  get open() {
    return !this.box.hidden;
  }

  toggle() {
    if (this.open) return this.close();
    const { words } = this.shell.data;
    const list = document.createElement("dl");
    for (const [key, does] of this.#lines(words)) {
      list.append(Object.assign(document.createElement("dt"), { textContent: key }), Object.assign(document.createElement("dd"), { textContent: does }));
    }
    const shut = Object.assign(document.createElement("button"), { type: "button", textContent: words.close });
    shut.onclick = () => this.close();
    this.box.replaceChildren(Object.assign(document.createElement("h2"), { textContent: words.keys }), list, shut);
    this.box.setAttribute("aria-label", words.keys);
    this.box.hidden = false;
    return shut.focus();
  }

  close() {
    this.box.hidden = true;
    this.shell.focus();
  }

  #lines(words) {
    const made = this.shell.commands.flat().concat(this.shell.keys).filter((one) => one.hint && !one.silent && (!one.there || one.there() || one.listed));
    return [...(words.moves ?? []), ...made.map((one) => [keyName(one.key), one.hint])];
  }
}

export function keyName(key) {
  return key.split("+").map((part) => (part.length > 1 ? part[0].toUpperCase() + part.slice(1) : part.toUpperCase())).join("-");
}
