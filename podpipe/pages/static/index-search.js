// Search in a published site, without a server: Pagefind's indexes (podpipe/publish/finding.py) are asked, and what
// they find is shown as a server would show it. An index holds episodes; where in their text a sentence begins is told
// by anchors ("t83450": milliseconds), so each match leads to its second.

import { clock, moment } from "./time.js";

const AT_ONCE = 10; // episodes
const CHAPTERS = 4; // of an episode
const ABOUT_AS_GOOD = 0.6;
const [SHORTEST, LONGEST] = [14, 40]; // words of a snippet

const form = document.getElementById("search");
const root = new URL(document.documentElement.dataset.home, location);
const folders = (form.dataset.index ?? "").split(" ").filter(Boolean).map((folder) => new URL(folder, root));
let engines = null;

// One engine for each language (a folder is called "en-1"), into which all indexes of that language are merged.
async function start() {
  const languages = new Map();
  for (const folder of folders) {
    const language = /([^/]+)-\d+\/$/.exec(folder.pathname)[1];
    languages.set(language, [...(languages.get(language) ?? []), folder]);
  }
  return Promise.all([...languages.values()].map(async ([first, ...others]) => {
    const engine = await import(new URL("pagefind.js", first).href);
    await engine.init();
    for (const folder of others) await engine.mergeIndex(folder.pathname);
    return engine;
  }));
}

// Loads what every search needs, before the first one.
export function prepare() {
  if (folders.length) (engines ??= start()).catch?.(() => { engines = null; });
}

export async function ask(query, { signal }) {
  if (!folders.length) throw new Error("This site was published without search.");
  try {
    engines = await (engines ??= start());
  } catch {
    engines = null;
    const why = location.protocol === "file:" ? "It needs a web server; opened from a disk, pages can only be read." : "Its index can't be loaded.";
    throw new Error(`Search can't start. ${why}`);
  }
  const wanted = new URLSearchParams(query);
  const filters = await filtersOf(wanted);
  const answers = await Promise.all(engines.map((engine) => engine.search(wanted.get("q") ?? "", { filters })));
  const found = answers.flatMap((answer) => answer.results).sort((a, b) => b.score - a.score);
  const nodes = [count(found.length, wanted.get("q")), ...await articles(found.splice(0, AT_ONCE))];
  if (signal.aborted) throw new DOMException("", "AbortError");
  return found.length ? [...nodes, more(found)] : nodes;
}

// The index knows values, not ranges: a range of days is all the days in it that have an episode.
async function filtersOf(wanted) {
  const filters = {};
  if (wanted.get("show")) filters.show = wanted.get("show");
  const [since, until] = [wanted.get("since") ?? "", wanted.get("until") ?? ""];
  if (since || until) {
    const known = await Promise.all(engines.map((engine) => engine.filters()));
    const days = known.flatMap((each) => Object.keys(each.day ?? {}));
    filters.day = { any: [...days.filter((day) => day >= since && (!until || day <= until)), "none"] };
  }
  return filters;
}

function count(number, query) {
  const line = make("p", { className: "count" });
  line.setAttribute("role", "status");
  if (number) line.textContent = `${number} episode${number === 1 ? "" : "s"}`;
  else line.append("Nothing found for ", make("q", { textContent: query }), ".");
  return line;
}

function more(rest) {
  const button = make("button", { type: "button", className: "quiet", textContent: `${rest.length} more` });
  button.addEventListener("click", async () => {
    button.disabled = true;
    const added = await articles(rest.splice(0, AT_ONCE));
    button.before(...added);
    added[0]?.querySelector("a")?.focus();
    if (rest.length) Object.assign(button, { disabled: false, textContent: `${rest.length} more` }); else button.remove();
  });
  return button;
}

const articles = (results) => Promise.all(results.map(async (result) => article(await result.data())));

function article(episode) {
  const { title } = episode.meta;
  const [show, day, minutes] = ["show", "day", "minutes"].map((name) => episode.filters[name]?.[0]);
  const page = new URL(`episodes${episode.raw_url}`, root).href; // "/<id>.html"
  const about = make("p", { className: "about" });
  if (show && show !== title) about.append(make("span", {}, make("bdi", { textContent: show })));
  if (day) about.append(make("time", { dateTime: day, textContent: dayOf(day) }));
  if (Number(minutes)) about.append(make("span", { textContent: long(Number(minutes)) }));
  const list = make("ol", { className: "hits" });
  for (const hit of hits(episode)) {
    const what = make("span", { className: "what" });
    if (hit.chapter) what.append(make("strong", {}, make("bdi", { textContent: hit.chapter })));
    what.append(make("span", { className: "snippet" }, ...hit.snippet));
    const link = make("a", { className: "hit", href: `${page}#t=${moment(hit.start)}` });
    link.append(make("span", { className: "when", textContent: clock(hit.start) }), what);
    list.append(make("li", {}, link));
  }
  const heading = make("h2", {}, make("a", { href: page }, make("bdi", { textContent: title })));
  const whole = make("article", { className: "found" }, heading, about);
  if (list.childElementCount) whole.append(list);
  return whole;
}

// The best sentence of each chapter in which something matches, best first. Of those that are about as good, the
// listener wants the earliest.
function hits(episode) {
  const words = episode.content.split(/[\r\n\s]+/g);
  const places = episode.anchors.filter((anchor) => /^[tc]\d+$/.test(anchor.id)).sort((a, b) => a.location - b.location);
  const sentences = new Map(); // its place -> what matches in it, in order of time
  let [at, sentence, chapter] = [-1, null, null];
  for (const match of [...episode.weighted_locations].sort((a, b) => a.location - b.location)) {
    while (at + 1 < places.length && places[at + 1].location <= match.location) {
      at += 1;
      if (places[at].id[0] === "c") [chapter, sentence] = [places[at], null];
      else sentence = places[at];
    }
    const here = sentence ?? (chapter && places.slice(at + 1).find((place) => place.id[0] === "t")); // in a heading
    if (!here) continue; // in the title
    const known = sentences.get(here) ?? { place: here, chapter, score: 0, first: match.location };
    known.score += match.balanced_score;
    sentences.set(here, known);
  }
  const [top, best] = [new Map(), new Map()];
  for (const each of sentences.values()) top.set(each.chapter, Math.max(each.score, top.get(each.chapter) ?? 0));
  for (const each of sentences.values()) {
    if (!best.has(each.chapter) && each.score >= ABOUT_AS_GOOD * top.get(each.chapter)) best.set(each.chapter, each);
  }
  const marked = new Set(episode.locations);
  return [...best.values()].sort((a, b) => top.get(b.chapter) - top.get(a.chapter) || a.place.location - b.place.location).slice(0, CHAPTERS)
    .map((each) => ({
      start: Number(each.place.id.slice(1)),
      chapter: each.chapter?.text.replace(/\.$/, "") ?? "",
      snippet: snippet(words, marked, each, ends(places, each.place, words)),
    }));
}

// Where sentences end from a place on, until the next chapter or the end of all.
function ends(places, place, words) {
  const later = places.filter((other) => other.location > place.location);
  const chapter = later.findIndex((other) => other.id[0] === "c");
  const until = chapter < 0 ? later : later.slice(0, chapter + 1);
  return [...until.map((other) => other.location), ...(chapter < 0 ? [words.length] : [])];
}

// The sentence, and what follows where it is short.
function snippet(words, marked, { place, first }, sentenceEnds) {
  let from = place.location;
  if (first - from > LONGEST - 8) from = first - 8; // the match is late in a long sentence
  const whole = sentenceEnds.find((end) => end - from >= SHORTEST) ?? sentenceEnds.at(-1);
  const to = Math.min(whole, from + LONGEST);
  const nodes = from > place.location ? ["… "] : [];
  for (let number = from; number < to; number += 1) {
    nodes.push(...(marked.has(number) ? mark(words[number]) : [words[number]]), " ");
  }
  return to < whole ? [...nodes, "…"] : nodes;
}

// A word, marked without the punctuation that clings to it.
function mark(word) {
  const [, before, text, after] = /^([^\p{L}\p{N}_]*)(.*?)([^\p{L}\p{N}_+#]*)$/u.exec(word);
  return [before, make("mark", { textContent: text }), after];
}

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

const dayOf = (day) => new Date(`${day}T00:00:00Z`).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

function long(minutes) {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return [hours ? `${hours} h` : "", rest ? `${rest} min` : ""].filter(Boolean).join(" ");
}
