/* Cards are kept and refilled, so that nothing jumps; the small course is drawn from (low, value, high) of each quarter. */
const WIDTH = 76, HEIGHT = 34;
const svg = (kind, path) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", "path");
  node.setAttribute("class", kind);
  node.setAttribute("d", path);
  return node;
};

function course(quarters) {
  const known = quarters.map((quarter, index) => [index, quarter]).filter(([, quarter]) => quarter);
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  drawing.setAttribute("aria-hidden", "true");
  if (known.length < 2) return drawing;
  const top = Math.max(...known.map(([, [, , high]]) => high)) || 1;
  const x = (index) => (index * WIDTH) / Math.max(quarters.length - 1, 1);
  const y = (value) => HEIGHT - (Math.max(value, 0) / top) * HEIGHT;
  const run = (points) => points.map(([a, b], index) => `${index ? "L" : "M"}${a.toFixed(1)} ${b.toFixed(1)}`).join("");
  const upper = known.map(([index, quarter]) => [x(index), y(quarter[2])]);
  const lower = known.map(([index, quarter]) => [x(index), y(quarter[0])]).reverse();
  drawing.append(svg("band", `${run([...upper, ...lower])}Z`), svg("line", run(known.map(([index, quarter]) => [x(index), y(quarter[1])]))));
  return drawing;
}

function fill(button, card) {
  const part = (kind, text) => {
    const node = document.createElement("span");
    node.className = kind;
    node.textContent = text;
    return node;
  };
  const foot = part(`foot ${card.tone}`, "");
  if (card.shape) foot.append(Object.assign(document.createElement("i"), { textContent: card.shape }));
  foot.append(card.foot);
  const name = part("name", card.name);
  if (card.mark) name.append(part("mark", card.mark));
  button.replaceChildren(name, part("value", card.value), part("beside", card.beside), foot, course(card.course));
  button.title = card.title;
}

export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  const grid = parentElement.querySelector(".grid");
  if (!grid || !data) return;
  grid.setAttribute("aria-label", data.label);
  while (grid.children.length > data.cards.length) grid.lastChild.remove();
  while (grid.children.length < data.cards.length) grid.append(Object.assign(document.createElement("button"), { type: "button" }));
  data.cards.forEach((card, index) => {
    const button = grid.children[index];
    fill(button, card);
    button.setAttribute("aria-pressed", String(card.id === data.value));
    button.onclick = () => {
      for (const other of grid.children) other.setAttribute("aria-pressed", String(other === button));
      setTriggerValue("chosen", card.id);
    };
  });
}
