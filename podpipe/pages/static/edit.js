// Corrections: words, names, chapters. Each is saved by the server before it is shown here.

import { player, reveal, say, transcript } from "./episode.js";
import { isTyping } from "./keys.js";
import { clock, parse } from "./time.js";

const STEP_MS = 100;
const root = document.getElementById("player");
const api = `/api/episodes/${encodeURIComponent(root.dataset.id)}`;
const toggle = document.querySelector("[data-edit]");
const tools = document.querySelector(".edit-tools");
const [wordDialog, chapterDialog, historyDialog] = ["word", "chapter", "history"].map((name) => document.getElementById(`${name}-dialog`));
const list = document.querySelector(".chapters ol");
let words = null; // { first, last } in the transcript's file, and { start } in ms
let chapter = null; // { number, title, start }, number null for a new one

async function send(method, path, body) {
  const answer = await fetch(path, {
    method, headers: { "Content-Type": "application/json" }, body: body && JSON.stringify(body),
  });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(typeof told.detail === "string" ? told.detail : `The server refused it (${answer.status}).`);
  return told;
}

// Shows what the server has now: its page is fetched again and its parts put in place.
async function refresh() {
  const [text, times] = await Promise.all([fetch(location.pathname).then((answer) => answer.text()), transcript.ask()]);
  const page = new DOMParser().parseFromString(text, "text/html");
  const top = scrollY;
  transcript.root.replaceChildren(...page.getElementById("transcript").childNodes);
  const chapters = page.querySelector(".chapters ol");
  if (Boolean(chapters) !== Boolean(list)) { location.reload(); return; }
  list?.replaceChildren(...chapters.childNodes);
  root.querySelector(".wave").replaceWith(page.querySelector(".wave"));
  document.dispatchEvent(new CustomEvent("podpipe:renewed"));
  transcript.take(times);
  player.show();
  if (document.body.classList.contains("editing")) dress();
  scrollTo({ top });
}

async function save(action, close) {
  try {
    const { what } = await action();
    close?.close();
    await refresh();
    say(what ? `Saved: ${what}` : "Nothing had to be changed.");
    watch();
  } catch (error) {
    const problem = close?.querySelector(".problem");
    if (problem) problem.textContent = error.message; else say(error.message);
  }
}

// Tells until captions, tags and index have followed.
async function watch() {
  const output = tools.querySelector(".pending");
  const { pending, remarks } = await send("GET", "/api/corrections/pending");
  output.textContent = pending ? "Updating MP3, captions and search …" : "";
  if (pending) setTimeout(watch, 1000); else if (watch.before && remarks.length) say(remarks.at(-1));
  watch.before = pending;
}

// Words
function chosen(event) {
  const selection = getSelection();
  if (!selection.isCollapsed && transcript.root.contains(selection.anchorNode)) {
    const range = selection.getRangeAt(0);
    const end = document.createRange();
    end.setStart(range.endContainer, Math.max(range.endOffset - 1, 0));
    const [first, last] = [transcript.wordIn(range), transcript.wordIn(end)];
    return first >= 0 && last >= first && last - first < 40 ? [first, last] : null;
  }
  const word = transcript.wordUnder(event.clientX, event.clientY);
  return word < 0 ? null : [word, word];
}

function openWords([first, last]) {
  const form = wordDialog.querySelector("form");
  const [from, to] = [transcript.numberOf(first), transcript.numberOf(last)];
  // A word without spaces in it may be shown in pieces: all of them are meant.
  while (first > 0 && transcript.numberOf(first - 1) === from) first -= 1;
  while (last + 1 < transcript.starts.length && transcript.numberOf(last + 1) === to) last += 1;
  const text = transcript.between(first, last);
  words = { first: from, last: to, text, start: transcript.starts[first] };
  form.reset();
  form.elements.text.value = text;
  wordDialog.querySelector(".context").textContent = `… ${transcript.between(Math.max(first - 6, 0), Math.min(last + 6, transcript.starts.length - 1))} …`;
  wordDialog.querySelector(".problem").textContent = "";
  wordDialog.showModal();
  form.elements.text.select();
}

transcript.root.addEventListener("click", (event) => {
  if (!document.body.classList.contains("editing") || event.target.closest("a, button")) return;
  const picked = chosen(event);
  if (picked) openWords(picked);
});

// By keys: e opens the word that plays, or played last.
addEventListener("keydown", (event) => {
  if (event.key !== "e" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (!document.body.classList.contains("editing")) return;
  event.preventDefault();
  const word = Math.max(transcript.wordAt(player.now), 0);
  openWords([word, word]);
});

wordDialog.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const { text, scope } = event.target.elements;
  const bare = (given) => given.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");
  save(() => (scope.value === "here"
    ? send("POST", `${api}/words`, { first: words.first, last: words.last, expected: words.text, text: text.value })
    : send("POST", `${api}/names`, { heard: bare(words.text), name: bare(text.value), scope: scope.value })), wordDialog);
});

// Chapters
function chapters() {
  return list ? [...list.children].map((item) => ({
    number: Number(item.dataset.number), title: item.querySelector("bdi").textContent, start: Number(item.dataset.start), item,
  })) : [];
}

const exact = (ms) => clock(ms) + (ms % 1000 ? `.${String(ms % 1000).padStart(3, "0")}`.replace(/0+$/, "") : "");

function openChapter(which) {
  chapter = which;
  const form = chapterDialog.querySelector("form");
  form.elements.title.value = which.title;
  form.elements.start.value = exact(which.start);
  chapterDialog.querySelector("h2").textContent = which.number ? "Correct a chapter" : "Add a chapter";
  chapterDialog.querySelector("[data-dialog=remove]").hidden = !which.number;
  chapterDialog.querySelector(".problem").textContent = "";
  chapterDialog.showModal();
  form.elements.title.select();
}

const move = (which, start) => send("PATCH", `${api}/chapters/${which.number}`, { expected: which.title, start_ms: start });

chapterDialog.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const { title, start } = event.target.elements;
  const ms = parse(start.value.trim());
  if (ms == null) { chapterDialog.querySelector(".problem").textContent = "Write the time like 1:02:03.5 or 62:03."; return; }
  save(() => (chapter.number
    ? send("PATCH", `${api}/chapters/${chapter.number}`, {
      expected: chapter.title, title: title.value,
      ...(start.value.trim() === exact(chapter.start) ? {} : { start_ms: ms }),
    })
    : send("POST", `${api}/chapters`, { title: title.value, start_ms: ms })), chapterDialog);
});

// Pencils in the list and handles on the bar.
function dress() {
  undress();
  const bar = root.querySelector(".bar");
  for (const each of chapters()) {
    const pencil = Object.assign(document.createElement("button"), { type: "button", className: "quiet pencil", textContent: "✎" });
    pencil.setAttribute("aria-label", `Correct the chapter “${each.title}”`);
    pencil.addEventListener("click", () => openChapter(each));
    each.item.append(pencil);
    if (each.start > 0) bar.append(handle(each, bar));
  }
}

function undress() {
  for (const part of document.querySelectorAll(".pencil, .handle")) part.remove();
}

function handle(each, bar) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "handle" });
  let ms = each.start;
  const show = () => {
    button.style.left = `${(ms / player.duration) * 100}%`;
    button.setAttribute("aria-label", `Start of “${each.title}”: ${exact(ms)}. Arrow keys move it, Enter saves.`);
  };
  const put = () => { if (ms !== each.start) save(() => move(each, ms)); };
  button.addEventListener("pointerdown", (event) => {
    button.setPointerCapture(event.pointerId);
    event.preventDefault();
    button.focus();
  });
  button.addEventListener("pointermove", (event) => {
    if (!button.hasPointerCapture(event.pointerId)) return;
    const box = bar.getBoundingClientRect();
    ms = Math.round(Math.min(Math.max((event.clientX - box.left) / box.width, 0), 0.9999) * player.duration);
    show();
    say(`${each.title}: ${exact(ms)}`);
  });
  button.addEventListener("lostpointercapture", put);
  button.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) {
      ms = Math.max(ms + step * STEP_MS * (event.shiftKey ? 10 : 1), 0);
      show();
      say(`${each.title}: ${exact(ms)}`);
    } else if (event.key === "Enter") put();
    else if (event.key === "Escape") { ms = each.start; show(); } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  show();
  return button;
}

// Dialogs and tools
for (const dialog of [wordDialog, chapterDialog, historyDialog]) {
  dialog.addEventListener("click", (event) => {
    const what = event.target.closest("[data-dialog]")?.dataset.dialog;
    if (what === "close") dialog.close();
    if (what === "listen") { player.seek(words.start - 1500); player.toggle(); }
    if (what === "now") dialog.querySelector("[name=start]").value = exact(Math.round(player.now / 10) * 10);
    if (what === "remove") save(() => send("DELETE", `${api}/chapters/${chapter.number}?${new URLSearchParams({ expected: chapter.title })}`), dialog);
  });
}

async function history() {
  const made = await send("GET", `${api}/corrections`);
  historyDialog.querySelector("ol").replaceChildren(...(made.length ? made : [{ what: "Nothing yet." }]).map((each) => {
    const item = document.createElement("li");
    item.textContent = each.made ? `${new Date(each.made).toLocaleString()}: ${each.what}` : each.what;
    return item;
  }));
  historyDialog.showModal();
}

const actions = {
  add: () => openChapter({ number: null, title: "", start: Math.round(player.now / 10) * 10 }),
  history, undo: () => save(async () => ({ what: `not so: ${(await send("POST", `${api}/corrections/undo`)).what}` })),
};
tools.addEventListener("click", (event) => actions[event.target.closest("[data-edit-do]")?.dataset.editDo]?.());

toggle.hidden = false;
toggle.addEventListener("click", () => {
  const editing = document.body.classList.toggle("editing");
  toggle.setAttribute("aria-pressed", String(editing));
  tools.hidden = !editing;
  if (editing) { dress(); watch(); } else undress();
  const range = transcript.range(transcript.wordAt(player.now));
  if (range && editing) reveal(range, "auto");
});
