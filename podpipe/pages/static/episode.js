// An episode's page: player, transcript and address, kept together.

import { isTyping, walk } from "./keys.js";
import { linkAt, Player } from "./player.js";
import { moment, parse, wanted } from "./time.js";
import { Transcript } from "./transcript.js";

const REST_MS = 4000; // so long after somebody scrolled, the page does not scroll by itself

document.documentElement.classList.add("scripted");
const root = document.getElementById("player");
let [items, links] = [[], []];

// The chapters as they stand in the page now.
function chapters() {
  items = [...document.querySelectorAll(".chapters li")];
  links = items.map((item) => item.querySelector("a"));
  return items.map((item) => ({ start: Number(item.dataset.start), title: item.querySelector("bdi").textContent }));
}
export const player = new Player(root, chapters());
export const transcript = new Transcript(document.getElementById("transcript"));
const follow = document.querySelector("[data-follow]");
let scrolledAt = -Infinity;

export function say(text) {
  const toast = document.getElementById("said");
  toast.textContent = text;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { toast.textContent = ""; }, 4000);
}

// The chapter that plays, in the list.
let current = -1;
player.onTime((ms) => {
  const chapter = player.chapterAt(ms);
  if (chapter === current) return;
  items[current]?.removeAttribute("aria-current");
  items[chapter]?.setAttribute("aria-current", "true");
  current = chapter;
});

document.addEventListener("podpipe:renewed", () => {
  player.renew(chapters());
  current = -1;
});

// The word that sounds.
player.onTime((ms) => {
  const range = transcript.light(ms);
  if (!range || !player.isPlaying) return;
  const box = range.getBoundingClientRect();
  const isSeen = box.top > 80 && box.bottom < innerHeight - root.offsetHeight - 40;
  const isFollowing = performance.now() - scrolledAt > REST_MS && follow.hidden;
  if (!isSeen && isFollowing) reveal(range);
  if (!isSeen && !isFollowing) follow.hidden = false;
  if (isSeen) follow.hidden = true;
});

export function reveal(range, behavior = "smooth") {
  const paragraph = range.startContainer.parentElement;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  // Paragraphs off the screen have no boxes of their own yet: bring theirs in first.
  if (!paragraph.checkVisibility?.({ contentVisibilityAuto: true })) paragraph.scrollIntoView({ block: "center" });
  const box = range.getBoundingClientRect();
  if (!box.height) return;
  const middle = scrollY + box.top - innerHeight * 0.38;
  if (Math.abs(middle - scrollY) > 4) scrollTo({ top: middle, behavior: calm ? "auto" : behavior });
}

for (const kind of ["wheel", "touchmove"]) addEventListener(kind, () => { scrolledAt = performance.now(); }, { passive: true });
follow.addEventListener("click", () => {
  scrolledAt = -Infinity;
  follow.hidden = true;
  const range = transcript.range(transcript.wordAt(player.now));
  if (range) reveal(range);
});

// A click on a word plays it; one that selects text, or is in a link, does not.
const text = transcript.root;
text.addEventListener("click", (event) => {
  if (event.target.closest("a, button, input") || !getSelection().isCollapsed || document.body.classList.contains("editing")) return;
  const word = transcript.wordUnder(event.clientX, event.clientY);
  if (word >= 0) player.seek(transcript.starts[word]);
});
text.addEventListener("pointermove", (event) => {
  transcript.hover(event.pointerType === "mouse" ? transcript.wordUnder(event.clientX, event.clientY) : -1);
});
text.addEventListener("pointerleave", () => transcript.hover(-1));

// Links to moments (#t=) are places in the history: back goes to where one was.
addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#t=']");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  history.replaceState({ ms: player.now, top: scrollY }, "");
  history.pushState(null, "", link.hash);
  arrive({ scroll: !link.closest(".transcript") });
});
addEventListener("popstate", (event) => {
  if (event.state?.ms != null) {
    player.seek(event.state.ms);
    scrollTo({ top: event.state.top });
  } else arrive();
});

function arrive({ scroll = true } = {}) {
  const ms = wanted(location);
  if (ms == null) return false;
  player.seek(ms);
  follow.hidden = true;
  scrolledAt = -Infinity;
  const range = transcript.range(transcript.wordAt(ms));
  if (range && scroll) reveal(range, "auto");
  return true;
}

async function copy() {
  const link = linkAt(root, player.now);
  try {
    await navigator.clipboard.writeText(link);
    say("Link copied");
  } catch {
    say(link); // no clipboard without a secure context: the link can be selected
  }
}
root.querySelector("[data-do=copy]").addEventListener("click", copy);
root.addEventListener("trouble", (event) => say(event.detail));

// Times in the show notes are links to these moments.
const notes = document.querySelector(".notes .prose");
if (notes) {
  const walker = document.createTreeWalker(notes, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) if (!walker.currentNode.parentElement.closest("a")) texts.push(walker.currentNode);
  for (const node of texts) {
    const pieces = node.data.split(/(?<![\p{L}\p{N}:.])((?:\d{1,2}:)?\d{1,3}:\d{2})(?![\p{N}:])/u);
    if (pieces.length < 2) continue;
    node.replaceWith(...pieces.map((piece, number) => {
      const ms = number % 2 ? parse(piece) : null;
      if (ms == null || ms >= player.duration) return piece;
      return Object.assign(document.createElement("a"), { href: `#t=${moment(ms)}`, textContent: piece });
    }));
  }
}

// Search inside the episode
const find = document.querySelector(".find");
const [field, count] = [find.querySelector("input"), find.querySelector("output")];
let [found, chosen] = [[], -1];

function choose(step) {
  if (!found.length) return;
  const next = chosen < 0 ? found.findIndex((range) => transcript.starts[transcript.wordIn(range)] >= player.now) : chosen + step;
  chosen = (Math.max(next, chosen < 0 ? 0 : next) + found.length) % found.length;
  transcript.choose(found[chosen]);
  scrolledAt = performance.now();
  reveal(found[chosen]);
  count.textContent = `${chosen + 1} of ${found.length}`;
}
field.addEventListener("input", () => {
  [found, chosen] = [transcript.find(field.value), -1];
  count.textContent = field.value.trim().length > 1 ? (found.length ? `${found.length}` : "none") : "";
});
find.addEventListener("submit", (event) => { event.preventDefault(); choose(1); });
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.shiftKey) { event.preventDefault(); choose(-1); }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && chosen >= 0) player.seek(transcript.starts[transcript.wordIn(found[chosen])]);
  if (event.key === "Escape") { field.value = ""; field.dispatchEvent(new Event("input")); }
});
find.addEventListener("click", (event) => {
  const button = event.target.closest("[data-find]");
  if (button) choose(Number(button.dataset.find));
});

// Keys
const keys = {
  " ": () => player.toggle(), k: () => player.toggle(),
  ArrowLeft: () => player.skip(-15), ArrowRight: () => player.skip(30),
  "[": () => player.toChapter(-1), "]": () => player.toChapter(1),
  "<": () => player.stepSpeed(-1), ">": () => player.stepSpeed(1),
  f: () => { field.focus(); field.select(); }, c: copy,
};
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
  if (links.includes(document.activeElement) && walk(event, links)) return;
  if (event.key === " " && event.target.closest("button, summary, a")) return; // theirs
  if (event.key.startsWith("Arrow") && event.target === player.seekBar) return;
  const action = keys[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});

find.hidden = false;
const print = document.querySelector("[data-print]");
print.hidden = false;
print.addEventListener("click", () => window.print());

// Where to begin: where the address says, or where it was left.
history.scrollRestoration = wanted(location) == null ? "auto" : "manual";
const before = player.remembered();
if (wanted(location) != null) player.seek(wanted(location));
else if (before != null) player.seek(before);
transcript.load().then(() => {
  if (!arrive()) player.show();
  document.documentElement.classList.add("ready");
}, (error) => say(error.message));
