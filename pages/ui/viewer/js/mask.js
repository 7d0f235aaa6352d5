// The outline of a nodule's mask in each plane that cuts it, along the edges of its voxels.
const CUTS = [[0, 1, 2], [1, 0, 2], [2, 0, 1]]; // axial, coronal, sagittal: scrolled along, rows, columns, of (z, y, x)

// mask: {first: [k, j, i], shape: [K, J, I], runs: outside, inside, outside … in C order}; layerOf: slice → layer of the volume, where a series
// has gaps. Gives {layer across the plane: [[[column, row], …], …]}; rows of coronal and sagittal planes count layers.
export function outlines(mask, axis = 0, layerOf = (k) => k) {
  const { inside, first, size } = laid(mask, layerOf);
  const [along, down, across] = CUTS[axis];
  const steps = [size[1] * size[2], size[2], 1];
  const found = {};
  for (let n = 0; n < size[along]; n++) {
    const plane = new Uint8Array(size[down] * size[across]);
    for (let i = 0; i < plane.length; i++) {
      plane[i] = inside[n * steps[along] + Math.floor(i / size[across]) * steps[down] + (i % size[across]) * steps[across]];
    }
    const loops = trace(plane, size[down], size[across]);
    if (loops.length) found[first[along] + n] = loops.map((loop) => loop.map(([x, y]) => [x + first[across], y + first[down]]));
  }
  return found;
}

// The mask on the layers of the volume; those that the series lost stay empty.
function laid({ first: [k, j, i], shape: [depth, rows, columns], runs }, layerOf) {
  const low = layerOf(k);
  const size = [layerOf(k + depth - 1) - low + 1, rows, columns];
  const inside = new Uint8Array(size[0] * rows * columns);
  let at = 0;
  runs.forEach((run, n) => {
    for (let end = at + run; at < end; at++) {
      const slice = Math.floor(at / (rows * columns));
      if (n % 2) inside[(layerOf(k + slice) - low) * rows * columns + (at % (rows * columns))] = 1;
    }
  });
  return { inside, first: [low, j, i], size };
}

// Closed loops of corner points around the set pixels, the inside always on the right.
function trace(plane, rows, columns) {
  const set = (y, x) => y >= 0 && x >= 0 && y < rows && x < columns && plane[y * columns + x];
  const next = new Map();
  const edge = (x0, y0, x1, y1) => {
    const from = `${x0},${y0}`;
    next.set(from, [...(next.get(from) ?? []), [x1, y1]]);
  };
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      if (!set(y, x)) continue;
      if (!set(y - 1, x)) edge(x, y, x + 1, y);
      if (!set(y, x + 1)) edge(x + 1, y, x + 1, y + 1);
      if (!set(y + 1, x)) edge(x + 1, y + 1, x, y + 1);
      if (!set(y, x - 1)) edge(x, y + 1, x, y);
    }
  }
  const loops = [];
  while (next.size) {
    const [start] = next.keys();
    const loop = [];
    for (let at = start; next.has(at); ) {
      const ways = next.get(at);
      const to = ways.pop();
      if (!ways.length) next.delete(at);
      loop.push(at.split(",").map(Number));
      at = to.join(",");
    }
    loops.push(loop);
  }
  return loops;
}
