// What lies over the image: marks, letters, lines of text. Drawn on a 2D canvas in device pixels.
const AI = "#FFD166";
const READER = "#4FB3BC";
const TEXT = "#D7E0E5";

// Text with a dark rim, legible on any grey.
export function write(pen, text, x, y, colour = TEXT) {
  pen.strokeStyle = "rgba(0,0,0,.85)";
  pen.lineWidth = 3 * pen.density;
  pen.lineJoin = "round";
  pen.strokeText(text, x, y);
  pen.fillStyle = colour;
  pen.fillText(text, x, y);
}

export function drawLines(pen, rect, corner, lines, colour) {
  const { density } = pen;
  const [pad, high] = [10 * density, 17 * density];
  const bottom = corner.startsWith("bottom");
  pen.textAlign = corner.endsWith("right") ? "right" : "left";
  pen.textBaseline = bottom ? "bottom" : "top";
  const x = corner.endsWith("right") ? rect.x + rect.w - pad : rect.x + pad;
  lines.forEach((line, i) => {
    const y = bottom ? rect.y + rect.h - pad - (lines.length - 1 - i) * high : rect.y + pad + i * high;
    write(pen, line, x, y, colour);
  });
}

// Letters of the patient's sides: left, right, top, bottom.
export function drawEdges(pen, rect, [left, right, top, bottom]) {
  const pad = 8 * pen.density;
  const [cx, cy] = [rect.x + rect.w / 2, rect.y + rect.h / 2];
  pen.textBaseline = "middle";
  for (const [letter, align, x, y] of [[left, "left", rect.x + pad, cy], [right, "right", rect.x + rect.w - pad, cy],
    [top, "center", cx, rect.y + pad * 1.6], [bottom, "center", cx, rect.y + rect.h - pad * 1.6]]) {
    pen.textAlign = align;
    write(pen, letter, x, y, "#9FB0BC");
  }
}

function outline(pen, points, closed = true) {
  pen.beginPath();
  points.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  if (closed) pen.closePath();
  pen.strokeStyle = "rgba(0,0,0,.7)";
  pen.lineWidth = pen.thick + 2 * pen.density;
  pen.stroke();
  pen.strokeStyle = pen.ink ?? AI;
  pen.lineWidth = pen.thick;
  pen.stroke();
}

// A box, or the box drawn by its corners only where a contour already shows the shape.
function frame(pen, plane, box, cornersOnly) {
  const [a, b] = [plane.toScreen(box[0], box[1]), plane.toScreen(box[2], box[3])];
  const gap = 4 * pen.density;
  const [x0, x1] = [Math.min(a[0], b[0]) - gap, Math.max(a[0], b[0]) + gap];
  const [y0, y1] = [Math.min(a[1], b[1]) - gap, Math.max(a[1], b[1]) + gap];
  const arm = cornersOnly ? Math.min(10 * pen.density, (x1 - x0) / 3, (y1 - y0) / 3) : null;
  if (arm === null) outline(pen, [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]);
  else
    for (const [x, y, dx, dy] of [[x0, y0, 1, 1], [x1, y0, -1, 1], [x1, y1, -1, -1], [x0, y1, 1, -1]])
      outline(pen, [[x + dx * arm, y], [x, y], [x, y + dy * arm]], false);
  return [x0, y0, x1, y1];
}

// The label stands right of the frame, or left where the right is outside the picture.
function label(pen, rect, text, [x0, y0, x1]) {
  const space = 6 * pen.density;
  const fits = x1 + space + pen.measureText(text).width < rect.x + rect.w - space;
  pen.textAlign = fits ? "left" : "right";
  pen.textBaseline = "top";
  write(pen, text, fits ? x1 + space : x0 - space, Math.max(rect.y + space, y0), pen.ink ?? AI);
}

function clipped(pen, rect, draw) {
  pen.save();
  pen.beginPath();
  pen.rect(rect.x, rect.y, rect.w, rect.h);
  pen.clip();
  draw();
  pen.restore();
}

// mark: {number, slice, low, high, box: [x0, y0, x1, y1] voxels, centre, contours: {slice: [[x, y], …]}, text}
export function drawCtMarks(pen, plane, marks, slice, current) {
  clipped(pen, plane.rect, () => {
    for (const mark of marks.filter((one) => slice >= one.low && slice <= one.high)) {
      [pen.thick, pen.ink] = [(mark.number === current ? 2.5 : 1.5) * pen.density, mark.by === "reader" ? READER : AI];
      const contours = mark.contours[slice] ?? [];
      for (const contour of contours) outline(pen, contour.map(([x, y]) => plane.toScreen(x, y)));
      label(pen, plane.rect, mark.text, frame(pen, plane, mark.box, contours.length > 0));
    }
  });
}

// The outlines in a coronal or sagittal plane, each with its number.
export function drawCtCuts(pen, plane, marks, axis, layer, current) {
  clipped(pen, plane.rect, () => {
    for (const mark of marks) {
      const loops = (mark.cuts[axis][layer] ?? []).map((loop) => loop.map(([x, y]) => plane.toScreen(x, y)));
      if (!loops.length) continue;
      [pen.thick, pen.ink] = [(mark.number === current ? 2.5 : 1.5) * pen.density, mark.by === "reader" ? READER : AI];
      for (const loop of loops) outline(pen, loop);
      const [x, y] = [0, 1].map((i) => loops.flat().map((point) => point[i]));
      label(pen, plane.rect, String(mark.number), [Math.min(...x), Math.min(...y), Math.max(...x)]);
    }
  });
}

// The mark jumped to is thick, and with it those of the other view that may show the same place.
export function drawPictureMarks(pen, plane, marks, current) {
  clipped(pen, plane.rect, () => {
    for (const mark of marks) {
      const meant = mark.number === current || (mark.partners ?? []).includes(current);
      [pen.thick, pen.ink] = [(meant ? 2.5 : 1.5) * pen.density, mark.by === "reader" ? READER : AI];
      for (const contour of mark.contours) outline(pen, contour.map(([x, y]) => plane.toScreen(x, y)));
      label(pen, plane.rect, mark.text, frame(pen, plane, mark.box, mark.contours.length > 0));
    }
  });
}

export function drawCrosshair(pen, plane, [column, row]) {
  const [x, y] = plane.toScreen(column, row);
  const { rect } = plane;
  const hole = 14 * pen.density;
  clipped(pen, rect, () => {
    pen.strokeStyle = READER;
    pen.globalAlpha = 0.7;
    pen.lineWidth = pen.density;
    pen.beginPath();
    for (const [x0, y0, x1, y1] of [[rect.x, y, x - hole, y], [x + hole, y, rect.x + rect.w, y], [x, rect.y, x, y - hole], [x, y + hole, x, rect.y + rect.h]]) {
      pen.moveTo(x0, y0);
      pen.lineTo(x1, y1);
    }
    pen.stroke();
    pen.globalAlpha = 1;
  });
}
