// What stands over mammograms: which view of which exam, what is doubtful, window and scale, marks, the rim of the magnifier.
import { drawLines, drawPictureMarks } from "./overlay.js";
import { Measures } from "./measure.js";
import { pixelsPerMm } from "./truesize.js";

const QUIET = "#9FB0BC";
const DOUBT = "#E5B567";
const LINE_PX = 17;

export function mgOverlay(pen, scene) {
  for (const { cell, rect } of scene.cells) {
    if (typeof cell === "number") oneView(pen, scene, cell, rect, cell === scene.shown[0] ? scene.data.notice : []);
    else emptyPlace(pen, scene, cell, rect);
  }
  if (!scene.magnifier.open) scene.measures.overlay(pen);
  const { rect } = scene.magnifier;
  if (!scene.magnifier.open || !rect) return;
  pen.strokeStyle = "#4FB3BC";
  pen.lineWidth = pen.density;
  pen.strokeRect(rect.x + 0.5, rect.y + 0.5, rect.w - 1, rect.h - 1);
}

// A view that did not come, or that the earlier exam does not have.
function emptyPlace(pen, scene, cell, rect) {
  pen.strokeStyle = "#2A363E";
  pen.lineWidth = pen.density;
  pen.setLineDash([6 * pen.density, 6 * pen.density]);
  pen.strokeRect(rect.x + 8 * pen.density, rect.y + 8 * pen.density, rect.w - 16 * pen.density, rect.h - 16 * pen.density);
  pen.setLineDash([]);
  const inner = { x: rect.x + 8 * pen.density, y: rect.y + 8 * pen.density, w: rect.w - 16 * pen.density, h: rect.h };
  drawLines(pen, inner, "top-left", cell.absent ? folded(pen, [cell.absent], rect) : [scene.words.missing.replace("{view}", cell)], cell.absent ? QUIET : DOUBT);
}

function oneView(pen, scene, i, rect, notice) {
  const image = scene.images[i];
  const picture = scene.canvas?.pictures[i];
  const corner = image.laterality === "L" ? "top-right" : "top-left";
  const isPrior = i >= scene.data.images.length;
  if (scene.marksShown && !scene.magnifier.open) drawPictureMarks(pen, scene.planes[i], image.marks, scene.current);
  const waiting = picture?.done ? [] : [scene.words.loading];
  const said = [image.label, ...(isPrior ? [scene.data.prior.title] : []), ...image.notes, ...caveat(scene, image), ...waiting];
  const calm = folded(pen, said, rect);
  drawLines(pen, rect, corner, calm, isPrior ? QUIET : undefined);
  const doubts = [...notice, ...image.doubts, ...(scene.toScale[i] || picture?.problem ? [] : [scene.words.not_to_scale]), ...(picture?.problem ? [picture.problem] : [])];
  const under = { ...rect, y: rect.y + calm.length * LINE_PX * pen.density };
  drawLines(pen, under, corner, folded(pen, doubts, rect), DOUBT);
  if (!picture?.problem) drawLines(pen, rect, corner.replace("top", "bottom"), footer(scene, i), QUIET);
}

// What a length stands for, said where one is measured.
function caveat(scene, image) {
  const measured = Measures.kind(scene.tool) || scene.measures.list.some((one) => one.image === image.id);
  return measured && !image.problem ? [image.caveat] : [];
}

// Window in the units of the file, and how large the image is shown.
function footer(scene, i) {
  const { rescale } = scene.images[i];
  const [centre, width] = scene.level(i);
  const [slope, intercept] = rescale ?? [1, 0];
  const number = (value) => (Math.abs(value) >= 10 ? Math.round(value) : +value.toFixed(2));
  const window = `${scene.words.level} ${number(centre * slope + intercept)}  ${scene.words.width} ${number(width * slope)}`;
  const plane = scene.planes[i];
  const perMm = pixelsPerMm();
  const ofTrue = perMm && scene.toScale[i] ? [scene.words.times_true.replace("{times}", ((plane.fitted * plane.zoom) / perMm).toFixed(2))] : [];
  return [window, [`${Math.round(plane.scale[0] * 100)} %`, ...ofTrue].join("  ")];
}

// Sentences broken into lines that fit the rectangle; Chinese breaks anywhere.
function folded(pen, sentences, rect) {
  const room = rect.w - 24 * pen.density;
  return sentences.flatMap((sentence) => {
    const lines = [""];
    for (const word of sentence.match(/[\u2E80-\uFFEF]\s*|[^\s\u2E80-\uFFEF]+\s*/g) ?? []) {
      if (lines.at(-1) && pen.measureText(lines.at(-1) + word).width > room) lines.push("");
      lines[lines.length - 1] += word;
    }
    return lines;
  });
}
