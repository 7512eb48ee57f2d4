// Search as one types: the server's answer is put in place; the address always says what is shown.

import { isTyping, walk } from "./keys.js";

const WAIT_MS = 120;
const form = document.getElementById("search");
const [field, results, browse] = [form.elements.q, document.getElementById("results"), document.getElementById("browse")];
const home = browse ? location.href : null;
let [request, timer, shown] = [null, null, asked()];

function asked() {
  const values = [...new FormData(form)].map(([name, value]) => [name, value.trim()]);
  return new URLSearchParams(values.filter(([, value]) => value)).toString();
}

// Asks the server, or, where there is none, the index that was published with the site. Gives what is to be shown.
const askServer = async (query, { typing, signal }) => {
  const answer = await fetch(`${form.getAttribute("action")}/results?${query}${typing ? "&typing=1" : ""}`, { signal });
  if (!answer.ok) throw new Error("The server does not answer.");
  // The server escapes all that comes from outside; its piece of a page is parsed without running anything.
  return new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes;
};
const index = form.dataset.index === undefined ? null : () => import("./index-search.js");
const ask = index ? async (...asked) => (await index()).ask(...asked) : askServer;

const address = (query) => (query ? `${form.getAttribute("action")}?${query}` : home ?? form.getAttribute("action"));

async function search({ typing = false, record = "replace" } = {}) {
  clearTimeout(timer);
  const query = asked();
  if (query === shown && record === "replace") return;
  request?.abort();
  request = new AbortController();
  shown = query;
  if (record === "replace") history.replaceState(query, "", address(query));
  if (record === "push") history.pushState(query, "", address(query));
  if (browse) browse.hidden = Boolean(field.value.trim());
  if (!field.value.trim()) { results.replaceChildren(); return; }
  try {
    const answer = await ask(query, { typing, signal: request.signal });
    if (query !== shown) return;
    results.replaceChildren(...answer);
    document.title = field.value.trim() ? `${field.value.trim()} – Search` : "Search";
  } catch (error) {
    if (error.name === "AbortError") return;
    const problem = error instanceof TypeError ? "The server does not answer." : error.message; // fetch's own errors are TypeErrors
    results.replaceChildren(Object.assign(document.createElement("p"), { className: "remark problem", textContent: problem }));
  }
}

// Puts into the form what the address asks for.
function fill() {
  const wanted = new URLSearchParams(location.search);
  for (const element of form.elements) if (element.name) element.value = wanted.get(element.name) ?? "";
  if ([...wanted.keys()].some((name) => name !== "q")) form.querySelector("details").open = true;
}

const later = () => { clearTimeout(timer); timer = setTimeout(() => search({ typing: true }), WAIT_MS); };
form.addEventListener("input", later);
form.addEventListener("change", (event) => { if (event.target !== field) search({ record: "push" }); });
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const first = results.querySelector("a.hit");
  if (asked() === shown && first) { first.focus(); return; }
  search({ record: "push" });
});
results.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-query]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  field.value = link.dataset.query;
  field.focus();
  search({ record: "push" });
});
addEventListener("popstate", () => {
  fill();
  search({ record: "none" });
});
addEventListener("keydown", (event) => {
  const hits = [...results.querySelectorAll("a.hit")];
  const inHits = hits.includes(document.activeElement);
  if (event.key === "Escape" && inHits) { event.preventDefault(); field.focus(); return; }
  if (event.key === "ArrowUp" && document.activeElement === hits[0]) { event.preventDefault(); field.focus(); return; }
  if (document.activeElement === field || inHits || !isTyping(event.target)) walk(event, hits);
});
if (index) {
  fill(); // nobody else has
  const prepare = () => index().then((search) => search.prepare(), () => {}); // a search says why it can't
  if (browse) form.addEventListener("focusin", prepare, { once: true });
  else prepare(); // who is on this page has come to search
}
if (field.value.trim() && !results.childElementCount) { shown = null; search(); }
