// Places the dots by their dates; where labels would overlap, the exam on screen and then the newer one keeps its label.
const DAY = 86400000;

export default function ({ data, parentElement, setTriggerValue }) {
  const axis = parentElement.querySelector(".axis");
  axis.setAttribute("aria-label", data.label);
  const times = data.dots.map((dot) => Date.parse(dot.at) / DAY);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const share = (time) => (last > first ? (time - first) / (last - first) : 1) * 100;
  axis.replaceChildren();
  const labels = [];
  data.dots.forEach((dot, i) => {
    const mark = document.createElement(dot.exam === null ? "span" : "button");
    mark.className = `dot ${dot.tone}${dot.here ? " here" : ""}`;
    mark.style.left = `${share(times[i])}%`;
    mark.title = dot.title;
    mark.setAttribute("aria-label", dot.title);
    if (dot.exam !== null) {
      mark.type = "button";
      if (dot.here) mark.setAttribute("aria-current", "true");
      else mark.onclick = () => setTriggerValue("opened", dot.exam);
      labels.push(label(axis, dot, share(times[i])));
    }
    axis.append(mark);
  });
  const tidy = () => hideOverlaps(labels);
  tidy();
  const seen = new ResizeObserver(tidy);
  seen.observe(axis);
  return () => seen.disconnect();
}

function label(axis, dot, left) {
  const node = document.createElement("span");
  node.className = `label${dot.here ? " here" : ""}`;
  node.style.left = `${left}%`;
  const name = document.createElement("b");
  name.textContent = dot.label;
  node.append(name, dot.date);
  axis.append(node);
  return node;
}

function hideOverlaps(labels) {
  const kept = [];
  const ordered = [...labels].reverse().sort((a, b) => b.classList.contains("here") - a.classList.contains("here"));
  for (const node of ordered) {
    node.style.visibility = "visible";
    const box = node.getBoundingClientRect();
    const free = kept.every((other) => box.right + 8 < other.left || box.left - 8 > other.right);
    node.style.visibility = free ? "visible" : "hidden";
    if (free) kept.push(box);
  }
}
