/* Drop zone: files, folders and archives go to the server in pieces, three at a time; nothing is held in memory here or there. */
const PIECE = 16 * 1024 * 1024;
const AT_ONCE = 3;
const TRIES = 4;
const zones = new WeakMap();

const made = (tag, className, text) => Object.assign(document.createElement(tag), { className: className || "", textContent: text ?? "" });
const size = (bytes) => (bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`);
const said = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

async function ask(path, options) {
  const answer = await fetch(`/api/upload${path}`, { method: "POST", credentials: "same-origin", ...options, headers: { "X-Firstlight": "upload", ...(options?.headers || {}) } });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(body.problem || answer.statusText), { status: answer.status });
  return body;
}

async function insistently(work) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (problem) {
      if (attempt >= TRIES || (problem.status && problem.status < 500)) throw problem;
      await wait(500 * 2 ** attempt);
    }
  }
}

async function entries(entry, path, found) {
  if (entry.isFile) {
    const file = await new Promise((done, failed) => entry.file(done, failed));
    found.push({ file, path: path + file.name });
  } else {
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((done, failed) => reader.readEntries(done, failed));
      if (!some.length) return;
      for (const one of some) await entries(one, `${path}${entry.name}/`, found);
    }
  }
}

async function dropped(transfer) {
  const roots = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const found = [];
  for (const root of roots) await entries(root, "", found);
  return found;
}

async function sendFile(zone, batch, { file, path }) {
  let offset = 0;
  do {
    const part = file.slice(offset, offset + PIECE);
    await insistently(() => ask(`/${batch}/piece?path=${encodeURIComponent(path)}&offset=${offset}`, { body: part }));
    offset += part.size;
    zone.sent += part.size;
    zone.draw();
  } while (offset < file.size);
  zone.files += 1;
  zone.draw();
}

// One file whose name cannot be used is named at the end; the others go on.
function leaveOut(zone, problem) {
  if (problem.status !== 422) throw problem;
  zone.problem = [zone.problem, problem.message].filter(Boolean).join(" · ");
}

async function send(zone, found) {
  const { data, trigger } = zone;
  zone.again = () => send(zone, found);
  Object.assign(zone, { busy: true, problem: "", sent: 0, files: 0, all: found.length, bytes: found.reduce((sum, one) => sum + one.file.size, 0) });
  zone.draw();
  const leaving = (event) => event.preventDefault();
  addEventListener("beforeunload", leaving);
  try {
    const source = found.length === 1 ? found[0].path : found[0].path.includes("/") ? found[0].path.split("/")[0] : said(data.words.source, { n: found.length });
    const form = { site_id: data.site_id, programme: data.programme, participant_id: data.participant_id, source, bytes: zone.bytes };
    const { batch } = await ask("", { body: JSON.stringify(form), headers: { "Content-Type": "application/json" } });
    const rest = [...found];
    await Promise.all(Array.from({ length: AT_ONCE }, async () => { while (rest.length) await sendFile(zone, batch, rest.shift()).catch((problem) => leaveOut(zone, problem)); }));
    await insistently(() => ask(`/${batch}/done`, {}));
    trigger("sent", batch);
  } catch (problem) {
    zone.problem = problem.status === 401 ? data.words.signed_out : problem.status ? problem.message : data.words.lost;
  }
  removeEventListener("beforeunload", leaving);
  zone.busy = false;
  zone.draw();
}

function build(frame) {
  const zone = { busy: false, problem: "", sent: 0, bytes: 0, files: 0, all: 0 };
  const [lead, hint, line, bar, problem] = [made("strong"), made("span", "hint"), made("span", "line"), made("progress"), made("span", "problem")];
  const [files, folder, again] = [made("button"), made("button"), made("button")];
  const pickers = [made("input"), made("input")];
  pickers.forEach((picker, index) => {
    Object.assign(picker, { type: "file", multiple: true, hidden: true, webkitdirectory: index === 1 });
    picker.setAttribute("aria-hidden", "true");
    picker.onchange = () => {
      const found = [...picker.files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
      picker.value = "";
      if (found.length) send(zone, found);
    };
  });
  [files, folder].forEach((button, index) => Object.assign(button, { type: "button", onclick: () => pickers[index].click() }));
  problem.setAttribute("role", "alert");
  const row = made("div", "row");
  Object.assign(again, { type: "button", onclick: () => zone.again() });
  row.append(files, folder, again);
  frame.append(lead, hint, row, line, bar, problem, ...pickers);
  frame.ondragover = (event) => { event.preventDefault(); frame.classList.add("over"); };
  frame.ondragleave = () => frame.classList.remove("over");
  frame.ondrop = async (event) => {
    event.preventDefault();
    frame.classList.remove("over");
    if (zone.busy) return;
    const found = await dropped(event.dataTransfer);
    if (found.length) send(zone, found);
  };
  zone.draw = () => {
    const { words } = zone.data;
    lead.textContent = zone.busy ? words.sending : words.lead;
    hint.textContent = zone.busy ? words.stay : words.hint;
    files.textContent = words.files;
    folder.textContent = words.folder;
    again.textContent = words.again;
    again.hidden = !zone.problem;
    row.hidden = zone.busy;
    line.hidden = bar.hidden = !zone.busy;
    line.textContent = said(words.progress, { files: zone.files, all: zone.all, sent: size(zone.sent), bytes: size(zone.bytes) });
    Object.assign(bar, { max: zone.bytes || 1, value: zone.sent });
    problem.textContent = zone.problem;
    problem.hidden = !zone.problem;
  };
  return zone;
}

export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  const frame = parentElement.querySelector(".zone");
  if (!frame || !data) return;
  if (!zones.has(frame)) zones.set(frame, build(frame));
  const zone = zones.get(frame);
  zone.data = data;
  zone.trigger = setTriggerValue;
  zone.draw();
}
