// Sends what was chosen to our own route: a few files at a time, each in pieces read from the disk, so that memory stays flat here and there.
// An upload lives as long as the browser tab, not as long as the page that started it.
const PIECE = 8 * 1024 * 1024;
const AT_ONCE = 3;
const TRIES = 5;
const HEADERS = { "X-Firstlight": "upload" };
let running = null; // the upload of this tab
let shown = null; // how the mounted page is told about it

class Refused extends Error {
  constructor(status, problem) {
    super(problem || `HTTP ${status}`);
    this.status = status;
  }
}

async function send(url, options, signal) {
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await fetch(url, { method: "POST", credentials: "same-origin", signal, ...options, headers: { ...HEADERS, ...options.headers } });
      const said = await answer.json().catch(() => ({}));
      if (answer.ok) return said;
      if (answer.status < 500) throw new Refused(answer.status, said.problem);
      throw new Error(`HTTP ${answer.status}`);
    } catch (problem) {
      if (signal.aborted || problem instanceof Refused || attempt >= TRIES) throw problem;
      await new Promise((done) => setTimeout(done, 400 * 2 ** attempt));
    }
  }
}

class Upload {
  constructor(form, files) {
    Object.assign(this, { form, files, waiting: [...files], failures: [], sent: 0, done: 0, state: "sending", began: Date.now(), batch: null });
    this.size = files.reduce((sum, { file }) => sum + file.size, 0);
    this.stop = new AbortController();
  }

  async run() {
    this.state = "sending";
    this.stop = new AbortController();
    const { signal } = this.stop;
    try {
      this.batch ??= (await send("/api/upload", { body: JSON.stringify({ ...this.form, bytes: this.size }), headers: { "Content-Type": "application/json" } }, signal)).batch;
      shown?.set("batch", this.batch);
      await Promise.all(Array.from({ length: AT_ONCE }, () => this.#work(signal)));
      await send(`/api/upload/${this.batch}/done`, {}, signal);
      this.state = "sent";
      shown?.trigger("finished", this.batch);
    } catch (problem) {
      this.#failed(problem, signal);
    }
    shown?.draw();
  }

  #failed(problem, signal) {
    this.state = signal.aborted && this.cancelled ? "stopped" : problem.status === 401 ? "signed_out" : problem instanceof Refused ? "refused" : "broken";
    this.problem = problem.message;
    this.stop.abort(); // the other workers
  }

  async #work(signal) {
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) {
      const before = this.sent;
      try {
        await this.#file(next, signal);
        this.done += 1;
      } catch (problem) {
        if (!(problem instanceof Refused) || problem.status === 401 || problem.status === 404) {
          this.sent = Math.min(this.sent, before);
          this.waiting.unshift(next);
          throw problem;
        }
        this.failures.push(`${next.path}: ${problem.message}`);
        this.size -= next.file.size;
      }
      shown?.draw();
    }
  }

  async #file({ file, path }, signal) {
    let offset = 0;
    do {
      const piece = file.slice(offset, offset + PIECE);
      const query = new URLSearchParams({ path, offset });
      await send(`/api/upload/${this.batch}/piece?${query}`, { body: piece, headers: { "Content-Type": "application/octet-stream" } }, signal);
      offset += piece.size;
      this.sent += piece.size;
      shown?.draw();
    } while (offset < file.size);
  }

  cancel() {
    this.cancelled = true;
    this.stop.abort();
  }
}

// Every file below what was dropped, with its path.
async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files].map((file) => ({ file, path: file.name }));
  const found = [];
  const walk = async (entry) => {
    if (entry.isFile) found.push({ file: await new Promise((yes, no) => entry.file(yes, no)), path: entry.fullPath.replace(/^\/+/, "") });
    else {
      const reader = entry.createReader();
      for (let part = await read(reader); part.length; part = await read(reader)) for (const child of part) await walk(child);
    }
  };
  for (const entry of entries) await walk(entry);
  return found;
}

const read = (reader) => new Promise((yes, no) => reader.readEntries(yes, no));
const chosen = (input) => [...input.files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));

function bytes(n) {
  return n >= 1e9 ? `${(n / 1e9).toFixed(2)} GB` : n >= 1e6 ? `${Math.round(n / 1e6)} MB` : `${Math.max(n ? 1 : 0, Math.round(n / 1e3))} kB`;
}

function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

function timeLeft(upload, words) {
  const seconds = (Date.now() - upload.began) / 1000;
  if (seconds < 3 || !upload.sent) return "";
  const left = Math.ceil(((upload.size - upload.sent) / upload.sent) * seconds);
  return fill(words.left, { time: left < 90 ? fill(words.seconds, { n: left }) : fill(words.minutes, { n: Math.ceil(left / 60) }) });
}

function draw(part, words) {
  const upload = running;
  part("state").hidden = !upload;
  if (!upload) return;
  const going = upload.state === "sending";
  const figures = { done: upload.done, total: upload.files.length - upload.failures.length, sent: bytes(upload.sent), size: bytes(upload.size) };
  const said = { sending: fill(words.sending, figures), sent: fill(words.sent, figures), refused: upload.problem }[upload.state] ?? words[upload.state];
  part("upload").dataset.state = upload.state;
  part("upload").dataset.batch = upload.batch ?? "";
  part("state").querySelector("progress").value = upload.size ? upload.sent / upload.size : upload.state === "sent" ? 1 : 0;
  part("said").textContent = said;
  part("left").textContent = going ? timeLeft(upload, words) : "";
  part("stay").textContent = going ? words.stay : "";
  part("cancel").hidden = !going;
  part("again").hidden = upload.state !== "broken";
  part("zone").hidden = going;
  const lines = upload.failures.length && !going ? [fill(words.failed, { n: upload.failures.length }), ...upload.failures] : [];
  part("failures").replaceChildren(...lines.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
}

function start(found, data, part) {
  const { words } = data;
  const say = (text) => {
    part("drop").textContent = text;
    part("drop").dataset.problem = text;
  };
  const size = found.reduce((sum, { file }) => sum + file.size, 0);
  if (!found.length) return say(words.empty);
  if (size > data.limit) return say(fill(words.too_large, { limit: data.limit / 1e9 }));
  say(words.drop);
  running = new Upload(data.form, found);
  shown.draw();
  return running.run();
}

window.addEventListener("beforeunload", (event) => running?.state === "sending" && event.preventDefault());

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const { words } = data;
  const part = (name) => parentElement.querySelector(`.${name}`);
  shown = { set: setStateValue, trigger: setTriggerValue, draw: () => draw(part, words) };
  part("drop").textContent = words.drop;
  for (const name of ["files", "folder"]) {
    const input = part(name);
    input.nextElementSibling.textContent = words[name];
    input.setAttribute("aria-label", words[name]);
    input.onchange = () => {
      const found = chosen(input);
      start(found, data, part);
      input.value = "";
    };
  }
  part("cancel").textContent = words.cancel;
  part("cancel").onclick = () => running?.cancel();
  part("again").textContent = words.again;
  part("again").onclick = () => running?.run();
  const zone = part("zone");
  zone.ondragover = (event) => (event.preventDefault(), zone.classList.add("over"));
  zone.ondragleave = () => zone.classList.remove("over");
  zone.ondrop = async (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    part("drop").textContent = words.reading;
    start(await dropped(event.dataTransfer), data, part);
  };
  draw(part, words);
  const mine = shown;
  return () => {
    if (shown === mine) shown = null;
  };
}
