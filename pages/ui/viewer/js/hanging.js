// How mammograms hang: R CC, L CC, R MLO, L MLO, chest walls together, right breast on the reader's left; an expected view that is not there
// keeps its place under its name. Extra images (spot, magnification, second takes) hang by themselves.
const ORDER = ["CC", "MLO"];
const SIDES = ["R", "L"];

// Indices of the screening views by part, and of the extra images; `from` to `end` are the images of one exam.
export function sorted(images, from, end) {
  const [parts, extra] = [{}, []];
  for (let i = from; i < end; i++) {
    const { part } = images[i];
    if (part === "other" || part in parts) extra.push(i);
    else parts[part] = i;
  }
  return { parts, extra };
}

// Rows of cells; a cell is an index into the images, or the name of a view that did not come.
export function hang({ parts, extra }, expected, layout) {
  const wanted = expected.map((pair) => pair.join("-"));
  const pairs = ORDER.map((view) =>
    SIDES.map((side) => parts[`${side}-${view}`] ?? (wanted.includes(`${side}-${view}`) ? `${side} ${view}` : null)).filter((cell) => cell !== null),
  ).filter((pair) => pair.length);
  const none = !pairs.flat().some((cell) => typeof cell === "number");
  if ((layout === "extra" || none) && extra.length) return [extra];
  if (layout === "grid") return pairs;
  if (layout === "row" || !pairs.length) return [pairs.flat()];
  return [pairs[layout % pairs.length]]; // one pair
}

// Each current cell with the earlier image of the same view below it.
export function below(rows, earlier) {
  const current = rows.flat();
  return [current, current.map(earlier)];
}

// Rectangles for the cells, device pixels; returns the cells flat with their rectangles.
export function place(rows, width, height, gap) {
  const cells = [];
  const h = Math.max(1, Math.floor((height - gap * (rows.length - 1)) / rows.length)); // a viewer loaded out of sight has no room yet
  rows.forEach((row, r) => {
    const w = Math.max(1, Math.floor((width - gap * (row.length - 1)) / row.length));
    row.forEach((cell, c) => cells.push({ cell, rect: { x: c * (w + gap), y: r * (h + gap), w, h } }));
  });
  return cells;
}

// The layout that shows the images largest: all in a row, or pair over pair. `shape(i)`: millimetres across and down.
export function best(rowsOf, width, height, shape) {
  const scale = (layout) => {
    const cells = place(rowsOf(layout), width, height, 2).filter(({ cell }) => typeof cell === "number");
    return Math.min(...cells.map(({ cell, rect }) => Math.min(rect.w / shape(cell)[0], rect.h / shape(cell)[1])));
  };
  return scale("grid") > scale("row") ? "grid" : "row";
}
