/* A table of people and cases. Rows keep their place in the document by id, so that live updates change them where they stand. */
const boxes = new WeakMap();

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined && text !== null) node.textContent = text;
  return node;
}

function scoreBar(value) {
  const cell = make("span", "score");
  const bar = make("span", "bar");
  for (let step = 1; step <= 10; step += 1) bar.append(make("i", step <= value ? "on" : ""));
  bar.setAttribute("aria-hidden", "true");
  cell.append(bar, make("b", "", String(value)));
  return cell;
}

function fill(cell, column, value, row, send) {
  const said = value !== null && typeof value === "object" && !Array.isArray(value) ? value : { text: value };
  cell.replaceChildren();
  if (column.kind === "score") {
    cell.append(said.text === null || said.text === undefined ? make("span", "none", "–") : scoreBar(said.text));
  } else if (column.kind === "steps") {
    const steps = make("span", `steps ${said.tone || ""}`);
    for (let step = 1; step <= said.of; step += 1) steps.append(make("i", step <= said.step ? "on" : ""));
    cell.append(steps, make("span", `said ${said.tone || ""}`, said.text));
  } else if (column.kind === "chip") {
    for (const chip of Array.isArray(value) ? value : value ? [said] : []) {
      const mark = make("span", `chip ${chip.tone || "gray"}`);
      if (chip.shape) mark.append(make("i", "", chip.shape));
      mark.append(make("span", "", chip.text));
      cell.append(mark);
    }
  } else if (column.kind === "actions") {
    for (const action of value || []) {
      const button = make("button", action.primary ? "primary" : "", action.text);
      button.type = "button";
      if (action.title) button.title = action.title;
      button.onclick = (event) => { event.stopPropagation(); send("acted", { row: row.id, action: action.id }); };
      cell.append(button);
    }
  } else {
    const link = column.link && row.href;
    const main = make(link ? "a" : "span", "main", said.text ?? "–");
    if (link) {
      main.href = row.href;
      main.onclick = (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
        event.preventDefault(); event.stopPropagation(); send("opened", row.id);
      };
    }
    cell.append(main);
    if (said.sub) cell.append(make("span", `sub ${said.tone || ""}`, said.sub));
    if (said.title) cell.title = said.title;
  }
}

function rowOf(box, row, data, send, selected) {
  let line = box.rows.get(row.id);
  if (!line) {
    line = make("tr");
    line.cells_ = new Map();
    box.rows.set(row.id, line);
  }
  line.className = [row.href || row.opens ? "opens" : "", row.tone || ""].join(" ");
  line.dataset.id = row.id;
  line.onclick = row.href || row.opens ? () => { if (!getSelection().toString()) send("opened", row.id); } : null;
  const wanted = (data.selectable ? [{ key: "__pick" }] : []).concat(data.columns);
  wanted.forEach((column, index) => {
    const signature = JSON.stringify([column, row.cells[column.key], row.href, data.selectable && selected.has(row.id)]);
    let cell = line.children[index];
    if (!cell) { cell = make("td"); line.append(cell); }
    if (line.cells_.get(index) === signature) return;
    line.cells_.set(index, signature);
    if (column.key === "__pick") return pick(cell, row, data, send, selected);
    cell.className = `k-${column.kind} ${column.align || ""}`;
    cell.dataset.label = column.label;
    fill(cell, column, row.cells[column.key], row, send);
  });
  while (line.children.length > wanted.length) line.lastChild.remove();
  return line;
}

function pick(cell, row, data, send, selected) {
  cell.className = "pick";
  const tick = make("input");
  tick.type = "checkbox";
  tick.checked = selected.has(row.id);
  tick.setAttribute("aria-label", data.words.pick);
  tick.onclick = (event) => event.stopPropagation();
  tick.onchange = () => {
    tick.checked ? selected.add(row.id) : selected.delete(row.id);
    send("selected", [...selected]);
  };
  cell.replaceChildren(tick);
}

function heads(box, data) {
  const signature = JSON.stringify([data.columns, data.selectable]);
  if (box.head === signature) return;
  box.head = signature;
  const line = make("tr");
  if (data.selectable) line.append(make("td", "pick head"));
  for (const column of data.columns) {
    const head = make(column.label ? "th" : "td", `head k-${column.kind} ${column.align || ""}`, column.label);
    if (column.label) head.scope = "col";
    if (column.width) head.style.width = column.width;
    if (column.help) head.title = column.help;
    line.append(head);
  }
  box.table.tHead.replaceChildren(line);
}

function walk(event) {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const links = [...event.currentTarget.querySelectorAll("tbody a")];
  const at = links.indexOf(event.currentTarget.getRootNode().activeElement);
  if (at < 0) return;
  event.preventDefault();
  links[Math.min(links.length - 1, Math.max(0, at + (event.key === "ArrowDown" ? 1 : -1)))].focus();
}

export default function (component) {
  const { parentElement, data, setStateValue, setTriggerValue } = component;
  const frame = parentElement.querySelector(".frame");
  if (!frame || !data) return;
  let box = boxes.get(frame);
  if (!box) {
    const table = make("table");
    table.append(make("thead"), make("tbody"));
    frame.replaceChildren(table);
    frame.onkeydown = walk;
    box = { table, rows: new Map(), selected: new Set() };
    boxes.set(frame, box);
  }
  const send = (name, value) => (name === "selected" ? setStateValue(name, value) : setTriggerValue(name, value));
  box.table.setAttribute("aria-label", data.label);
  frame.style.maxHeight = data.height || "";
  frame.tabIndex = data.height && !data.rows.some((row) => row.href) ? 0 : -1;
  const present = new Set(data.rows.map((row) => row.id));
  if (data.cleared !== box.cleared) { box.selected.clear(); box.cleared = data.cleared; }
  for (const id of [...box.selected]) if (!present.has(id)) box.selected.delete(id);
  for (const [id, line] of [...box.rows]) if (!present.has(id)) { line.remove(); box.rows.delete(id); }
  heads(box, data);
  const body = box.table.tBodies[0];
  data.rows.forEach((row, index) => {
    const line = rowOf(box, row, data, send, box.selected);
    if (body.children[index] !== line) body.insertBefore(line, body.children[index] || null);
  });
}
