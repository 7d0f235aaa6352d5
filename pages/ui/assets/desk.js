/* The reader's desk: progress and time at the top of the panel, what a reader does with a case below it, and the keys for both.
   A press is sent once; while the lock-out lasts, and after a press, nothing is sent. The server checks the same again. */
const states = new WeakMap();
const TYPED = "textarea, select, [contenteditable], [role=textbox], [role=combobox], [role=listbox], [role=dialog], [role=menu]";
const CLICKED = ["radio", "checkbox", "range", "button"];

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined && text !== null) node.textContent = text;
  return node;
}

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const fill = (template, values) => template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

/* "Shift-1", "Ctrl-Enter" or "?" as pressed; digits by their key, because Shift changes what they write. */
function pressed(event) {
  if (event.key === "?") return "?";
  const digit = /^Digit(\d)$/.exec(event.code);
  const name = digit ? digit[1] : event.key.length === 1 ? event.key.toUpperCase() : event.key;
  return (event.ctrlKey || event.metaKey ? "Ctrl-" : "") + (event.shiftKey ? "Shift-" : "") + name;
}

function typing(event) {
  const target = event.composedPath()[0];
  if (!(target instanceof Element)) return false;
  const field = target.closest(TYPED);
  const shut = field instanceof HTMLDialogElement && !field.open; // the overlay of keys keeps the focus for a moment after it is closed
  return (Boolean(field) && !shut) || (target instanceof HTMLInputElement && !CLICKED.includes(target.type));
}

/* A field of the case before may keep the focus until it is replaced; keys pressed for the new case would be typed into it. */
function leaveField() {
  const field = document.activeElement?.closest(`${TYPED}, input`);
  if (field && !field.closest("[role=dialog]")) field.blur();
}

class Desk {
  constructor(root) {
    this.root = root;
    this.seen = null;
    this.heard = (event) => this.key(event);
    window.addEventListener("keydown", this.heard, true);
    this.ticking = setInterval(() => this.tick(), 250);
  }

  end() {
    window.removeEventListener("keydown", this.heard, true);
    clearInterval(this.ticking);
  }

  show(data, send) {
    const now = performance.now();
    if (this.seen !== data.case) {
      if (this.seen) leaveField();
      [this.seen, this.sent, this.opened, this.ends] = [data.case, null, now - data.caseSeconds * 1000, now + data.lockedSeconds * 1000];
    }
    if (this.turn !== data.turn) [this.turn, this.sent] = [data.turn, null]; // the server has answered, with a refusal perhaps
    if (this.sitting !== data.sitting) [this.sitting, this.began] = [data.sitting, now - data.sittingSeconds * 1000];
    Object.assign(this, { data, send });
    this.draw();
    this.tick();
  }

  get locked() {
    return Math.max(0, Math.ceil((this.ends - performance.now()) / 1000));
  }

  draw() {
    const { data, root } = this;
    const signature = JSON.stringify([data.part, data.done, data.size, data.last, data.acts, data.words, data.keys]);
    if (this.drawn === signature) return;
    this.drawn = signature;
    this.dialog?.close();
    const kept = root.getRootNode().activeElement?.dataset?.id;
    root.replaceChildren(...(data.part === "head" ? this.head() : this.acts()));
    if (kept) root.querySelector(`[data-id="${kept}"]`)?.focus();
  }

  head() {
    const { data } = this;
    const line = make("div", "line");
    const bar = Object.assign(make("progress", "done"), { max: data.size, value: data.done });
    bar.setAttribute("aria-label", data.words.progress);
    this.time = make("span", "time");
    this.time.title = data.words.time_hint;
    line.append(make("b", "count", data.words.count), this.time, ...data.acts.map((act) => this.button(act, "quiet")));
    this.dialog = this.help();
    return [line, bar, ...(data.last ? [this.last(data.last)] : []), this.dialog];
  }

  last(last) {
    const box = make("div", "last");
    box.setAttribute("role", "status");
    box.append(make("span", "said", last.text), ...last.acts.map((act) => this.button(act, "quiet")));
    return box;
  }

  acts() {
    const { data } = this;
    const [first] = data.acts;
    const row = make("div", "others");
    row.append(...data.acts.map((act) => this.button(act, "")));
    this.lock = make("div", "lock");
    this.lock.setAttribute("role", "status");
    return data.part === "normal" ? [this.button(first, "first"), make("p", "effect", first.effect), this.lock] : [row];
  }

  button(act, kind) {
    const button = make("button", kind);
    button.type = "button";
    button.dataset.id = act.id;
    if (act.locks) button.dataset.locks = "yes";
    button.append(make("span", "", act.label));
    if (act.key) {
      const key = make("kbd", "", act.key.replace("Shift-", "⇧"));
      key.dataset.key = key.textContent;
      key.setAttribute("aria-hidden", "true");
      button.append(key);
      button.setAttribute("aria-keyshortcuts", act.key.replace("-", "+").replace("Ctrl", "Control"));
    }
    button.title = act.hint + (act.key ? ` (${act.key})` : "");
    button.disabled = Boolean(act.off);
    button.onclick = () => this.act(act);
    return button;
  }

  act(act) {
    if (act.id === "keys") return this.dialog.open ? this.dialog.close() : this.dialog.showModal();
    if (act.off || this.sent !== null || (act.locks && this.locked)) return undefined;
    this.sent = act.id;
    this.tick();
    return this.send("acted", { what: act.id, case: this.data.case, once: `${Date.now()}-${Math.random()}` });
  }

  every() {
    return [...(this.data.acts ?? []), ...(this.data.last?.acts ?? [])];
  }

  key(event) {
    if (event.repeat || event.altKey || !this.data || !this.root.isConnected || typing(event)) return;
    if (document.querySelector("[role=dialog]")) return;
    const key = pressed(event);
    const act = this.every().find((one) => one.key && one.key === key);
    if (!act && key !== this.data.focus?.key) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (act) this.act(act);
    else document.querySelector(this.data.focus.at)?.focus();
  }

  /* Clocks and the lock-out go on by themselves; nothing else changes. */
  tick() {
    const { data, root } = this;
    if (!data) return;
    const now = performance.now();
    if (this.time) this.time.textContent = fill(data.words.time, { case: clock((now - this.opened) / 1000), n: Math.floor((now - this.began) / 60000) });
    const left = this.locked;
    for (const button of root.querySelectorAll("button[data-locks]")) {
      const off = Boolean(left) || this.sent !== null;
      button.setAttribute("aria-disabled", String(off));
      button.classList.toggle("locked", off);
      const key = button.querySelector("kbd");
      if (key) key.textContent = left ? `${left} s` : key.dataset.key;
    }
    const said = left ? data.words.locked : "";
    if (this.lock && this.lock.textContent !== said) this.lock.textContent = said;
    root.dataset.locked = String(left);
    root.dataset.case = String(data.case);
  }

  help() {
    const dialog = make("dialog");
    dialog.setAttribute("role", "dialog");
    dialog.setAttribute("aria-label", this.data.words.keys);
    const shut = Object.assign(make("button", "quiet", this.data.words.close), { type: "button", onclick: () => dialog.close() });
    const groups = make("div", "groups");
    for (const group of this.data.keys) {
      const list = make("dl");
      for (const [key, text] of group.keys) list.append(make("dt", "", key), make("dd", "", text));
      const part = make("section");
      part.append(make("h2", "", group.title), list);
      groups.append(part);
    }
    dialog.append(make("h1", "", this.data.words.keys), groups, shut);
    dialog.onclose = () => this.root.getRootNode().activeElement?.blur();
    dialog.onclick = (event) => event.target === dialog && dialog.close();
    dialog.onkeydown = (event) => {
      if (event.key === "?") dialog.close();
      if (event.key !== "Tab") event.stopPropagation();
    };
    return dialog;
  }
}

export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  const root = parentElement.querySelector(".desk");
  if (!root || !data) return undefined;
  let desk = states.get(root);
  if (!desk) states.set(root, (desk = new Desk(root)));
  desk.show(data, setTriggerValue);
  return () => {
    desk.end();
    states.delete(root);
  };
}
