// The transcript: the word that sounds is lit, a click on a word plays it, and words can be found.
//
// The text stays as the server wrote it; words are lit by the CSS Custom Highlight API, so that 30,000 words need no
// elements of their own. The times come in one file, once.

export class Transcript {
  constructor(root) {
    this.root = root;
    this.starts = [];
    this.lengths = [];
    this.#read();
  }

  #read() {
    this.paragraphs = [...this.root.querySelectorAll("p[data-first]")];
    this.firsts = this.paragraphs.map((paragraph) => Number(paragraph.dataset.first));
    this.offsets = new Map(); // paragraph's number -> where each of its words begins
    this.lit = -1;
    this.current = null;
  }

  async load() { this.take(await this.ask()); }

  // When each word begins, as the server tells it.
  async ask() {
    const answer = await fetch(this.root.dataset.words);
    if (!answer.ok) throw new Error(`The times of the words can't be loaded (${answer.status}).`);
    return answer.json();
  }

  // Takes the times, for the paragraphs as they stand in the page now.
  take({ step, starts, lengths, words }) {
    this.#read();
    let at = 0;
    this.starts = starts.map((later) => (at += later) * step);
    this.lengths = lengths;
    this.words = words ?? null;
  }

  // The number of the word that sounds at a time, -1 before the first.
  wordAt(ms) { return last(this.starts, ms); }

  // Which word of the transcript's file it is.
  numberOf(word) { return this.words ? this.words[word] : word; }

  paragraphOf(word) { return last(this.firsts, word); }

  // What is said from one word to another, both included.
  between(first, last) {
    const said = [];
    for (let word = first; word <= last;) {
      const end = Math.min(last, (this.firsts[this.paragraphOf(word) + 1] ?? Infinity) - 1);
      const range = this.range(word);
      const until = this.range(end);
      range.setEnd(until.endContainer, until.endOffset);
      said.push(range.toString());
      word = end + 1;
    }
    return said.join(" ");
  }

  light(ms) {
    const word = this.wordAt(ms);
    if (word === this.lit) return null;
    this.lit = word;
    const range = this.range(word);
    set("now", range ? [range] : []);
    const paragraph = word < 0 ? null : this.paragraphs[this.paragraphOf(word)] ?? null;
    if (paragraph !== this.current) {
      this.current?.parentElement.classList.remove("now");
      paragraph?.parentElement.classList.add("now");
      this.current = paragraph;
    }
    return range;
  }

  range(word) {
    if (word < 0 || word >= this.starts.length) return null;
    const paragraph = this.paragraphOf(word);
    const text = this.paragraphs[paragraph]?.firstChild;
    if (!text) return null;
    const start = this.#offsets(paragraph)[word - this.firsts[paragraph]];
    const range = new Range();
    range.setStart(text, Math.min(start, text.length));
    range.setEnd(text, Math.min(start + this.lengths[word], text.length));
    return range;
  }

  // The word under a point of the window, or -1.
  wordUnder(x, y) {
    const caret = document.caretPositionFromPoint?.(x, y);
    const range = caret ? null : document.caretRangeFromPoint?.(x, y);
    const [node, offset] = caret ? [caret.offsetNode, caret.offset] : [range?.startContainer, range?.startOffset];
    const paragraph = this.paragraphs.indexOf(node?.parentElement);
    if (paragraph < 0 || !this.starts.length) return -1;
    const word = this.firsts[paragraph] + Math.max(last(this.#offsets(paragraph), offset), 0);
    const box = this.range(word)?.getClientRects() ?? [];
    const near = [...box].some((line) => x >= line.left - 6 && x <= line.right + 6 && y >= line.top - 4 && y <= line.bottom + 4);
    return near ? word : -1;
  }

  // Marks all that is found of a text; gives the ranges in order.
  find(text) {
    const wanted = fold(text.trim());
    const ranges = [];
    if (wanted.length > 1) {
      for (const paragraph of this.paragraphs) {
        const node = paragraph.firstChild;
        if (!node) continue;
        const folded = fold(node.data);
        if (folded.length !== node.data.length) continue;
        for (let at = folded.indexOf(wanted); at >= 0; at = folded.indexOf(wanted, at + wanted.length)) {
          const range = new Range();
          range.setStart(node, at);
          range.setEnd(node, at + wanted.length);
          ranges.push(range);
        }
      }
    }
    set("found", ranges);
    set("chosen", []);
    return ranges;
  }

  choose(range) { set("chosen", range ? [range] : []); }

  hover(word) { set("hover", word < 0 ? [] : [this.range(word)].filter(Boolean)); }

  // The first word of a range that find gave.
  wordIn(range) {
    const paragraph = this.paragraphs.indexOf(range.startContainer.parentElement);
    return this.firsts[paragraph] + Math.max(last(this.#offsets(paragraph), range.startOffset), 0);
  }

  #offsets(paragraph) {
    let found = this.offsets.get(paragraph);
    if (!found) {
      const text = this.paragraphs[paragraph].textContent;
      const end = this.firsts[paragraph + 1] ?? this.starts.length;
      found = [];
      let at = 0;
      for (let word = this.firsts[paragraph]; word < end; word += 1) {
        while (text[at] === " ") at += 1;
        found.push(at);
        at += this.lengths[word];
      }
      this.offsets.set(paragraph, found);
    }
    return found;
  }
}

// The place of the last number that is not greater; -1 where all are.
export function last(numbers, limit) {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] <= limit) low = middle + 1; else high = middle;
  }
  return low - 1;
}

// Lower case without accents, letter for letter, so that places stay.
function fold(text) {
  return [...text.normalize("NFC")].map((letter) => {
    const plain = letter.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    return plain.length === letter.length ? plain : letter;
  }).join("");
}

function set(name, ranges) {
  if (!globalThis.CSS?.highlights) return;
  const highlight = new Highlight(...ranges);
  highlight.priority = { hover: 0, found: 1, now: 2, chosen: 3 }[name] ?? 0;
  CSS.highlights.set(name, highlight);
}
