// The outline of a nodule's mask, slice by slice, along the edges of its voxels.

// mask: {first: [k, j, i], shape: [K, J, I], runs: outside, inside, outside … in C order}; gives {slice: [[[x, y], …], …]}
export function outlines({ first, shape, runs }) {
  const inside = new Uint8Array(shape[0] * shape[1] * shape[2]);
  let at = 0;
  runs.forEach((run, i) => {
    if (i % 2) inside.fill(1, at, at + run);
    at += run;
  });
  const found = {};
  for (let k = 0; k < shape[0]; k++) {
    const plane = inside.subarray(k * shape[1] * shape[2], (k + 1) * shape[1] * shape[2]);
    const loops = trace(plane, shape[1], shape[2]);
    if (loops.length) found[first[0] + k] = loops.map((loop) => loop.map(([x, y]) => [x + first[2], y + first[1]]));
  }
  return found;
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
