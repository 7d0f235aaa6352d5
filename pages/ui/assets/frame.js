/* Runs before Streamlit's own scripts: the theme that the person chose holds on every page, and its links switch it. */
(() => {
  const OURS = "firstlight_theme";
  const chosen = () => {
    const name = localStorage.getItem(OURS);
    return ["System", "Light", "Dark"].includes(name) ? name : "System";
  };
  const dark = () => chosen() === "Dark" || (chosen() === "System" && matchMedia("(prefers-color-scheme: dark)").matches);
  const apply = () => {
    localStorage.setItem(`stActiveTheme-${location.pathname}-v2`, JSON.stringify(chosen()));
    document.documentElement.dataset.theme = dark() ? "dark" : "light";
    document.documentElement.dataset.chosen = chosen();
  };
  apply();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", apply);
  const stillHere = async () => {
    if (document.hidden) return;
    const answer = await fetch("/api/here", { cache: "no-store" }).catch(() => null);
    if (answer?.status === 401) location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
  };
  document.addEventListener("visibilitychange", stillHere);
  setInterval(stillHere, 120000);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="?theme="]');
    if (!link) return;
    event.preventDefault();
    localStorage.setItem(OURS, link.search.slice("?theme=".length));
    apply();
    location.reload();
  }, true);
})();
