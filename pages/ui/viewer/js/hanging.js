// How mammograms hang: the two sides of a view beside each other, chest walls together in the middle, right breast on the reader's left.
const ORDER = ["CC", "MLO"];

// Rows of cells; a cell is an index into `images`, or the name of a view that the exam does not have.
export function hang(images, layout) {
  const left = images.map((_, i) => i);
  const take = (side, view) => {
    const at = left.findIndex((i) => images[i].laterality === side && images[i].view === view);
    return at < 0 ? null : left.splice(at, 1)[0];
  };
  const views = [...ORDER, ...new Set(images.map((one) => one.view).filter((view) => !ORDER.includes(view)))];
  const pairs = views.map((view) => [take("R", view), take("L", view)].map((cell, side) => cell ?? `${"RL"[side]} ${view}`));
  const shown = pairs.filter((pair) => pair.some((cell) => typeof cell === "number"));
  for (let i = 0; i < left.length; i += 2) shown.push(left.slice(i, i + 2));
  if (!shown.length) return [[]];
  if (layout === "row") return [shown.flat()];
  if (layout === "grid") return shown;
  return [shown[layout % shown.length]]; // one pair
}

// Rectangles for the cells, device pixels; returns the cells flat with their rectangles.
export function place(rows, width, height, gap) {
  const cells = [];
  const h = Math.floor((height - gap * (rows.length - 1)) / rows.length);
  rows.forEach((row, r) => {
    const w = Math.floor((width - gap * (row.length - 1)) / row.length);
    row.forEach((cell, c) => cells.push({ cell, rect: { x: c * (w + gap), y: r * (h + gap), w, h } }));
  });
  return cells;
}

// The layout that shows the images largest: all in a row, or pair over pair.
export function best(images, width, height) {
  const scale = (layout) => {
    const rows = hang(images, layout);
    return Math.min(
      ...place(rows, width, height, 2)
        .filter(({ cell }) => typeof cell === "number")
        .map(({ cell, rect }) => Math.min(rect.w / images[cell].size[0], rect.h / images[cell].size[1])),
    );
  };
  return scale("grid") >= scale("row") ? "grid" : "row";
}
