// Mammograms for the measuring tools: their world is millimetres in the image, counted from its upper left corner.
import { Measures } from "./measure.js";

export class MgMeasures extends Measures {
  constructor(scene) {
    super(scene.shell, (list) => scene.shell.send("measured", list.map((one) => inPixels(one, scene))));
    this.scene = scene;
  }

  // As Python keeps them: points in pixels of the image.
  take(list) {
    const known = (list ?? []).map((one) => [one, this.scene.images.findIndex(({ id }) => id === one.image)]).filter(([, i]) => i >= 0);
    this.set(known.map(([one, i]) => ({ ...one, points: one.points.map((point) => times(point, this.scene.planes[i].pixel)) })));
  }

  // View i as the tools see it. Without a pixel size there are no millimetres, so nothing is drawn.
  of(i) {
    const { images, planes, toScale } = this.scene;
    const [image, plane] = [images[i], planes[i]];
    return {
      place: () => ({ image: image.id, exam: image.exam, view: image.part, sop: image.sop }),
      shows: (one) => one.image === image.id,
      toScreen: (point) => plane.toScreen(...point.map((mm, axis) => mm / plane.pixel[axis])),
      toWorld: (x, y) => {
        const point = plane.toImage(x, y);
        const inside = point.every((at, axis) => at >= 0 && at <= image.size[axis]);
        return inside && toScale[i] ? times(point, plane.pixel) : null;
      },
      across: (a, b, hint) => {
        const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
        const long = Math.hypot(dx, dy) || 1;
        const turn = hint && -dy * hint[0] + dx * hint[1] < 0 ? -1 : 1;
        return [(turn * -dy) / long, (turn * dx) / long];
      },
    };
  }

  overlay(pen) {
    for (const i of this.scene.shown) this.draw(pen, this.of(i));
  }
}

function times(point, pixel) {
  return point.map((value, axis) => value * pixel[axis]);
}

function inPixels(one, { images, planes }) {
  const { pixel } = planes[images.findIndex(({ id }) => id === one.image)];
  return { ...one, points: one.points.map((point) => point.map((mm, axis) => Math.round((mm / pixel[axis]) * 100) / 100)) };
}
