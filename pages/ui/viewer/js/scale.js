// Views on one scale: millimetres where the files name them, and places counted from the chest wall, so that both sides move as in a mirror.

// Pixel sizes for planes. A view without one is made as high as the others are on average and marked as not to scale.
export function pixelSizes(images) {
  const known = images.filter((one) => one.spacing);
  if (!known.length) return images.map(() => ({ pixel: [1, 1], toScale: false }));
  const high = known.reduce((sum, { size, spacing }) => sum + size[1] * spacing[1], 0) / known.length;
  return images.map(({ size, spacing }) => (spacing ? { pixel: spacing, toScale: true } : { pixel: [high / size[1], high / size[1]], toScale: false }));
}

// Millimetres from the chest wall (from the middle where no side is known) to the middle of the rectangle, and from the middle of the image down.
function placeOf(plane) {
  const [wide, high] = [plane.size[0] * plane.pixel[0], plane.size[1] * plane.pixel[1]];
  const across = plane.side === "L" ? plane.centre[0] : plane.side === "R" ? 1 - plane.centre[0] : plane.centre[0] - 0.5;
  return [across * wide, (plane.centre[1] - 0.5) * high];
}

// Bring `plane` to the zoom and place of `lead`.
export function follow(plane, lead) {
  const [across, down] = placeOf(lead);
  const part = across / (plane.size[0] * plane.pixel[0]);
  plane.zoom = lead.zoom;
  plane.centre = [plane.side === "L" ? part : plane.side === "R" ? 1 - part : part + 0.5, 0.5 + down / (plane.size[1] * plane.pixel[1])];
}

function pixelForPixel(plane) {
  return plane.scale.every((one) => Math.abs(one - 1) < 1e-6);
}

// At one image pixel a screen pixel the image moves by less than a pixel to lie on the screen's own, so that nothing blurs.
export function align(plane) {
  if (!pixelForPixel(plane)) return;
  plane.toImage(plane.rect.x, plane.rect.y).forEach((at, axis) => {
    const turn = axis === 0 && plane.mirrored ? -1 : 1;
    plane.centre[axis] += (turn * (Math.round(at) - at)) / plane.size[axis];
  });
}

// What the shader needs to know of the place.
export function mapOf(plane, level) {
  const map = plane.map(level);
  return level === 0 && pixelForPixel(plane) ? [Math.sign(map[0]), -1, Math.round(map[2]), Math.round(map[3])] : map;
}
