// The commands that only a CT has.
import { point } from "./pointing.js";

export function ctCommands(scene) {
  const { words } = scene;
  const say = (id) => ({ label: words[id], hint: words[`${id}_hint`] });
  const compared = () => scene.compare;
  return [
    [
      { id: "three", key: "m", ...say("three"), there: () => scene.side.cuttable, on: () => scene.three, run: () => scene.setThree(!scene.three) },
      { id: "slab", key: "t", ...say("slab"), label: () => (scene.thickness.kind ? `${words[scene.thickness.kind]} ${scene.thickness.mm} mm` : words.slab),
        there: () => scene.side.cuttable, on: () => scene.thickness.kind !== null, run: () => scene.turnSlab() },
      { id: "thicker", key: "y", label: "+", hint: words.thicker_hint, there: () => scene.thickness.kind !== null, run: () => scene.thicken(1) },
      { id: "thinner", key: "shift+y", label: "−", hint: words.thinner_hint, there: () => scene.thickness.kind !== null, run: () => scene.thicken(-1) },
    ],
    [
      { id: "compare", key: "p", ...say("compare"), there: () => scene.sides.length > 1, on: compared, run: () => scene.setCompare(!scene.compare) },
      { id: "linked", key: "u", ...say("linked"), there: compared, on: () => Boolean(scene.link?.on), run: () => scene.setLinked(!scene.link.on) },
      { id: "link-here", key: "k", ...say("link_here"), there: compared, run: () => scene.linkHere() },
    ],
    [
      { id: "saliency", key: "a", ...say("saliency"), there: () => scene.mapped.length > 0, on: () => scene.heatShown, run: () => scene.setSaliency(!scene.heatShown) },
      { id: "delete", key: "delete", stage: true, listed: true, label: "⌫", hint: words.delete_hint, there: () => scene.measures.chosen !== null, run: () => scene.measures.remove() },
    ],
  ];
}

// Keys without a button.
export function ctKeys(scene) {
  const { words } = scene;
  return [
    { key: "backspace", stage: true, silent: true, there: () => scene.measures.chosen !== null, run: () => scene.measures.remove() },
    { key: "e", listed: true, hint: words.point_hint, run: () => point(scene.shell) },
    { key: "enter", stage: true, listed: true, hint: words.place_hint, there: () => scene.measuring, run: () => scene.mark() },
    { key: "v", listed: true, hint: words.turn_hint, there: () => scene.measures.list.length > 0, run: () => scene.turnMeasure() },
    { key: "[", hint: words.narrower_hint, run: () => scene.relevel(0, -1) },
    { key: "]", hint: words.wider_hint, run: () => scene.relevel(0, 1) },
    { key: ",", hint: words.brighter_hint, run: () => scene.relevel(-1, 0) },
    { key: ".", hint: words.darker_hint, run: () => scene.relevel(1, 0) },
    { key: "q", hint: words.smooth_hint, run: () => (scene.smooth = !scene.smooth) },
  ];
}
