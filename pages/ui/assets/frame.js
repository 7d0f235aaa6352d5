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
  /* The one dialog that Streamlit writes itself when its server is gone, in words for people at work. */
  const AWAY = {
    en: ["Firstlight does not answer", "What was saved is safe. This page goes on by itself as soon as Firstlight is back; if it stays away, tell an administrator."],
    zh: ["Firstlight 没有响应", "已保存的内容是安全的。Firstlight 恢复后页面会自动继续；如长时间没有恢复，请告知管理员。"],
  };
  const reword = () => {
    for (const dialog of document.querySelectorAll('[role="dialog"]')) {
      if (!/Streamlit server|Connection (error|failed)/i.test(dialog.textContent)) continue;
      const [title, text] = AWAY[document.documentElement.lang.slice(0, 2)] || AWAY.en;
      const walker = document.createTreeWalker(dialog, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (/^Connection (error|failed)/i.test(node.nodeValue)) node.nodeValue = title;
        else if (/Streamlit|internet/i.test(node.nodeValue)) node.nodeValue = text;
      }
    }
  };
  new MutationObserver(reword).observe(document.documentElement, { childList: true, subtree: true });
  /* Ctrl-Enter is a page's main key; a choice that has the focus would take it as Enter and be un-chosen before the page hears it. */
  window.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.isTrusted || !event.target.closest?.("[role=radio]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { key, code, ctrlKey, metaKey } = event;
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, code, ctrlKey, metaKey, bubbles: true, cancelable: true }));
  }, true);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="?theme="]');
    if (!link) return;
    event.preventDefault();
    localStorage.setItem(OURS, link.search.slice("?theme=".length));
    apply();
    location.reload();
  }, true);
})();
