// Runs before the page is drawn, so that a theme that was chosen does not flash in the other.
(() => {
  const stored = () => { try { return localStorage.getItem("podpipe:theme"); } catch { return null; } };
  const root = document.documentElement;
  if (stored()) root.dataset.theme = stored();
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-theme-toggle]");
    if (!button) return;
    const system = matchMedia("(prefers-color-scheme: dark)");
    const isDark = () => (root.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
    const show = () => button.setAttribute("aria-pressed", String(isDark()));
    button.hidden = false;
    show();
    system.addEventListener("change", show);
    button.addEventListener("click", () => {
      const wanted = isDark() ? "light" : "dark";
      const plain = (wanted === "dark") === system.matches; // the same as the system's: follow that again
      try { plain ? localStorage.removeItem("podpipe:theme") : localStorage.setItem("podpipe:theme", wanted); } catch { /* private window */ }
      if (plain) delete root.dataset.theme; else root.dataset.theme = wanted;
      show();
    });
  });
})();
