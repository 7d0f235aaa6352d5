// True size: how many pixels of this monitor make a millimetre, found once with a bank card held to the glass and kept in this browser.
const CARD_MM = [85.6, 53.98]; // ISO/IEC 7810 ID-1
const [LEAST, MOST] = [2, 16]; // device pixels a millimetre: from a wall screen to a telephone

// One monitor is told from another by its pixels, which do not change when the page is zoomed.
function monitor() {
  const pixels = (side) => Math.round(side * window.devicePixelRatio);
  return `firstlight-pixels-per-mm-${pixels(screen.width)}x${pixels(screen.height)}`;
}

// Device pixels a millimetre, null until this monitor was calibrated.
export function pixelsPerMm() {
  const kept = Number(window.localStorage.getItem(monitor()));
  return kept >= LEAST && kept <= MOST ? kept : null;
}

function element(tag, properties, parent) {
  const added = Object.assign(document.createElement(tag), properties);
  parent.append(added);
  return added;
}

// Ask for the card; `done` follows once the size is kept.
export function calibrate(shell, done) {
  const { words } = shell.data;
  shell.root.querySelector(".calibrate")?.remove();
  const panel = element("div", { className: "calibrate" }, shell.part("body"));
  panel.setAttribute("role", "group");
  panel.setAttribute("aria-label", words.calibrate);
  element("p", { textContent: words.calibrate_how }, panel);
  const card = element("div", { className: "card" }, panel);
  const slider = element("input", { type: "range", min: LEAST, max: MOST, step: 0.01, value: pixelsPerMm() ?? 3.8 * shell.density }, panel);
  slider.setAttribute("aria-label", words.calibrate);
  const fit = () => {
    const [w, h] = CARD_MM.map((mm) => (mm * Number(slider.value)) / shell.density);
    Object.assign(card.style, { width: `${w}px`, height: `${h}px` });
  };
  slider.oninput = fit;
  fit();
  const close = () => (panel.remove(), shell.focus());
  const save = element("button", { type: "button", textContent: words.calibrate_save }, panel);
  save.onclick = () => {
    window.localStorage.setItem(monitor(), slider.value);
    close();
    done();
  };
  element("button", { type: "button", textContent: words.calibrate_cancel, onclick: close }, panel);
  panel.onkeydown = (event) => {
    if (event.key === "Escape") close();
    if (event.key === "Enter") save.click();
    else if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
  };
  slider.focus();
}
