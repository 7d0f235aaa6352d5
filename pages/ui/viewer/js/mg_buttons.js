// The commands that only mammograms have.
import { point } from "./pointing.js";

export function mgCommands(scene) {
  const { words, shell } = scene;
  const several = () => scene.data.expected.length > 1;
  const layouts = [["row", words.row, words.row_hint], ["grid", words.grid, words.grid_hint], [0, words.cc, words.cc_hint], [1, words.mlo, words.mlo_hint]];
  const extra = ["extra", words.extra, words.extra_hint];
  const hanging = [...layouts, extra].map(([layout, label, hint], i) => ({
    id: `layout-${layout}`, key: String(i + 2), label, hint, there: () => (layout === "extra" ? scene.own.extra.length > 0 : several()),
    on: () => scene.single === null && scene.hung === layout, run: () => scene.setLayout(layout),
  }));
  const hasPrior = () => Boolean(scene.data.prior);
  return [
    hanging,
    [
      { id: "prior", key: "p", label: words.prior, hint: words.prior_hint, there: hasPrior, on: () => scene.prior === "instead", run: () => scene.setPrior("instead") },
      { id: "beside", key: "shift+p", label: words.beside, hint: words.beside_hint, there: hasPrior, on: () => scene.prior === "beside", run: () => scene.setPrior("beside") },
    ],
    [
      { id: "heat", key: "a", label: words.heat, hint: words.heat_hint, there: () => scene.hasHeat, on: () => scene.heatShown, run: () => scene.setHeat(!scene.heatShown) },
      { id: "loupe", key: "g", once: true, label: words.loupe, hint: words.loupe_hint, on: () => scene.magnifier.open, run: () => scene.setMagnifier() },
      { id: "true", key: "t", label: words.true_size, hint: words.true_size_hint, run: () => scene.trueSize() },
      { id: "delete", key: "delete", stage: true, listed: true, label: "⌫", hint: words.delete_hint, there: () => scene.measures.chosen !== null, run: () => scene.measures.remove() },
      { id: "calibrate", key: "shift+t", label: words.calibrate, hint: words.calibrate_hint, run: () => scene.calibrate() },
    ],
  ];
}

// Keys without a button.
export function mgKeys(scene) {
  const { words } = scene;
  return [
    { key: "backspace", stage: true, silent: true, there: () => scene.measures.chosen !== null, run: () => scene.measures.remove() },
    { key: "e", listed: true, hint: words.point_hint, run: () => point(scene.shell) },
    { key: "enter", stage: true, listed: true, hint: words.place_hint, there: () => scene.measuring, run: () => scene.mark() },
    { key: "[", hint: words.narrower_hint, run: () => scene.relevel(0, -1) },
    { key: "]", hint: words.wider_hint, run: () => scene.relevel(0, 1) },
    { key: ",", hint: words.brighter_hint, run: () => scene.relevel(-1, 0) },
    { key: ".", hint: words.darker_hint, run: () => scene.relevel(1, 0) },
    { key: "v", listed: true, hint: words.turn_hint, there: () => scene.measures.list.length > 0, run: () => scene.measures.turn() },
  ];
}
