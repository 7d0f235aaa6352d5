// Lays the page out as narrow as paper, so that the plots draw themselves again, and opens the browser's own print dialog.
const REDRAW = 700; // ms

export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button");
  const root = document.documentElement;
  const back = () => {
    root.classList.remove("paper");
    window.dispatchEvent(new Event("resize"));
  };
  button.textContent = data.label;
  button.onclick = () => {
    root.classList.add("paper");
    window.dispatchEvent(new Event("resize"));
    window.addEventListener("afterprint", back, { once: true });
    setTimeout(() => window.print(), REDRAW);
  };
  return back;
}
