// The place under the pointer, told to Python for the finding that is being described: {exam, view, point} in pixels, or {exam, lps} in mm.
export function point(shell, [px, py] = shell.pointer) {
  const { scene } = shell;
  const found = scene.pick?.(px, py);
  const where = found && (scene.sides ? inCt(scene, found) : inPicture(scene, found, px, py));
  if (where) shell.send("placed", { ...where, once: Date.now() });
}

function inCt(scene, { side, voxel }) {
  const one = scene.sides[side];
  return voxel ? { exam: one.data?.exam ?? scene.data?.exam ?? null, lps: one.lps(voxel) } : null;
}

function inPicture(scene, { i, plane }, px, py) {
  const { size, exam, part } = scene.images[i];
  const at = plane.toImage(px, py).map(Math.round);
  return at.every((value, axis) => value >= 0 && value < size[axis]) ? { exam, view: part, point: at } : null;
}
