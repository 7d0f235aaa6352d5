/* One of a few words, with how many lie behind each; the value is an id, so counts and languages may change under it. */
export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  const group = parentElement.querySelector(".group");
  if (!group || !data) return;
  group.setAttribute("aria-label", data.label);
  const signature = JSON.stringify(data.options.map((option) => option.id));
  if (group.dataset.signature !== signature) {
    group.dataset.signature = signature;
    group.replaceChildren(...data.options.map(() => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(document.createElement("span"), document.createElement("b"));
      return button;
    }));
  }
  data.options.forEach((option, index) => {
    const button = group.children[index];
    button.children[0].textContent = option.word;
    button.children[1].textContent = option.count ?? "";
    button.setAttribute("aria-pressed", String(option.id === data.value));
    button.onclick = () => {
      for (const other of group.children) other.setAttribute("aria-pressed", String(other === button));
      setTriggerValue("chosen", option.id);
    };
  });
}
