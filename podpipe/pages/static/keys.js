// Keys that work on every page: / to search, arrows through lists, ? for help.

const HELP = [
  ["/", "Search"], ["↑ ↓", "Through hits and chapters"], ["Enter", "Open, play from there"], ["Esc", "Close, leave a field"],
];
const LISTENING = [
  ["Space", "Play or pause"], ["← →", "Back 15 s, forward 30 s"], ["[ ]", "Chapter before, chapter after"],
  ["< >", "Slower, faster"], ["f", "Search in the episode"], ["c", "Copy a link to this moment"],
];

export function isTyping(target) {
  return target.closest?.("input:not([type=range]), textarea, select, [contenteditable], dialog") != null;
}

// Moves among links by the arrow keys.
export function walk(event, links) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.altKey || event.ctrlKey || event.metaKey || !links.length) return false;
  const at = links.indexOf(document.activeElement);
  const next = links[at < 0 ? (step > 0 ? 0 : links.length - 1) : at + step];
  if (!next) return false;
  event.preventDefault();
  next.focus();
  return true;
}

function help() {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "keys-title");
  const title = document.createElement("h2");
  title.id = "keys-title";
  title.textContent = "Keys";
  const list = document.createElement("dl");
  list.className = "keys";
  const all = document.querySelector(".player") ? [...HELP, ...LISTENING] : HELP;
  for (const [key, what] of all) {
    const term = document.createElement("dt");
    term.append(...key.split(" ").flatMap((each) => [Object.assign(document.createElement("kbd"), { textContent: each }), " "]));
    list.append(term, Object.assign(document.createElement("dd"), { textContent: what }));
  }
  const close = Object.assign(document.createElement("button"), { type: "button", textContent: "Close" });
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  dialog.append(title, list, close);
  document.body.append(dialog);
  dialog.showModal();
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key === "Escape" && isTyping(event.target) && !event.target.closest("dialog")) event.target.blur();
  if (isTyping(event.target)) return;
  if (event.key === "/") {
    const field = document.getElementById("q");
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  } else if (event.key === "?") {
    event.preventDefault();
    help();
  }
});
