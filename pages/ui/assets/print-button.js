// Opens the browser's own print dialog; how the page looks on paper is said in history.css.
export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button");
  button.textContent = data.label;
  button.onclick = () => window.print();
}
