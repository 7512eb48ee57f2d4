// The player: buttons, the bar, speed, media keys, and where it was left.

import { clock, moment } from "./time.js";

const BACK_S = 15;
const FORWARD_S = 30;
const RETRY_MS = 10000; // a file that fails again so soon is not asked for again
const KEPT = 100; // episodes whose position is remembered

export class Player {
  constructor(root, chapters) {
    this.root = root;
    this.audio = root.querySelector("audio");
    this.chapters = chapters; // { start, title }
    this.duration = Number(root.dataset.duration);
    this.played = root.querySelector("#played rect"); // grows with the time
    this.seekBar = root.querySelector(".seek");
    this.tip = root.querySelector(".tip");
    this.listeners = [];
    this.audio.controls = false;
    for (const part of root.querySelectorAll(".bar, .controls")) part.hidden = false;
    this.#listen();
    this.#mediaKeys();
    this.show();
  }

  // Takes other chapters, and the bar as it stands in the page now.
  renew(chapters) {
    this.chapters = chapters;
    this.played = this.root.querySelector("#played rect");
    this.shown = null;
  }

  get now() { return this.pending ?? this.audio.currentTime * 1000; }

  get isPlaying() { return !this.audio.paused; }

  chapterAt(ms) { return this.chapters.findLastIndex((chapter) => chapter.start <= ms + 5); }

  // Calls back with the time whenever it changes: each frame while it plays.
  onTime(listener) { this.listeners.push(listener); }

  seek(ms) {
    const to = Math.min(Math.max(ms, 0), this.duration || Infinity);
    // Before the file's head is there, a time that is set is lost in some browsers.
    if (this.audio.readyState) { this.pending = null; this.audio.currentTime = to / 1000; } else this.pending = to;
    this.show();
  }

  skip(seconds) { this.seek(this.now + seconds * 1000); }

  async toggle() {
    if (this.isPlaying) { this.audio.pause(); return; }
    try { await this.audio.play(); } catch (error) {
      if (error.name !== "AbortError") this.root.dispatchEvent(new CustomEvent("trouble", { detail: "The audio can't be played." }));
    }
  }

  toChapter(step) {
    const here = this.chapterAt(this.now);
    // Like every player: back goes to this chapter's beginning first.
    const back = step < 0 && here >= 0 && this.now - this.chapters[here].start > 3000;
    const next = this.chapters[back ? here : here + step];
    if (next) this.seek(next.start); else if (step < 0) this.seek(0);
  }

  setSpeed(speed) {
    this.audio.playbackRate = this.audio.defaultPlaybackRate = speed;
    const select = this.root.querySelector(".speed");
    if (select) select.value = String(speed);
    store("podpipe:speed", String(speed));
  }

  stepSpeed(step) {
    const speeds = [...this.root.querySelectorAll(".speed option")].map((option) => Number(option.value));
    const at = speeds.indexOf(this.audio.playbackRate);
    this.setSpeed(speeds[Math.min(Math.max(at + step, 0), speeds.length - 1)]);
  }

  show() {
    const ms = this.now;
    const share = this.duration ? ms / this.duration : 0;
    this.played?.setAttribute("width", String(share * this.root.querySelector(".wave").viewBox.baseVal.width));
    if (Math.floor(ms / 1000) !== this.shown) {
      this.shown = Math.floor(ms / 1000);
      for (const part of this.root.querySelectorAll(".now")) part.textContent = clock(ms);
      this.seekBar.value = this.shown;
      const chapter = this.chapters[this.chapterAt(ms)]?.title ?? "";
      this.seekBar.setAttribute("aria-valuetext", chapter ? `${clock(ms)}, ${chapter}` : clock(ms));
      const title = this.root.querySelector(".chapter");
      if (title) title.textContent = chapter;
    }
    for (const listener of this.listeners) listener(ms);
  }

  // Where it was left the last time, or null.
  remembered() { return positions()[this.root.dataset.id]?.ms ?? null; }

  remember() {
    const all = positions();
    const { id, title, show, link } = this.root.dataset;
    delete all[id];
    const left = this.duration - this.now;
    if (this.now > 5000 && left > 10000) all[id] = { ms: Math.round(this.now), title, show, link, of: this.duration };
    store("podpipe:positions", JSON.stringify(Object.fromEntries(Object.entries(all).slice(-KEPT))));
  }

  #listen() {
    const { audio, root } = this;
    const actions = {
      play: () => this.toggle(), back: () => this.skip(-BACK_S), forward: () => this.skip(FORWARD_S),
      previous: () => this.toChapter(-1), next: () => this.toChapter(1),
    };
    root.addEventListener("click", (event) => actions[event.target.closest("[data-do]")?.dataset.do]?.());
    root.querySelector(".speed")?.addEventListener("change", (event) => this.setSpeed(Number(event.target.value)));
    this.setSpeed(Number(read("podpipe:speed")) || 1);
    this.seekBar.addEventListener("input", () => this.seek(this.seekBar.value * 1000));
    this.seekBar.addEventListener("pointermove", (event) => this.#point(event));
    this.seekBar.addEventListener("pointerleave", () => { this.tip.hidden = true; });
    audio.addEventListener("loadedmetadata", () => {
      if (this.pending != null) this.seek(this.pending);
      if (!this.duration) this.duration = audio.duration * 1000;
    });
    audio.addEventListener("seeked", () => { this.show(); this.remember(); });
    audio.addEventListener("error", () => this.#again());
    const playing = () => {
      root.classList.toggle("playing", this.isPlaying);
      root.querySelector(".play").setAttribute("aria-label", this.isPlaying ? "Pause" : "Play");
    };
    for (const kind of ["play", "pause", "ended"]) audio.addEventListener(kind, playing);
    audio.addEventListener("pause", () => { this.show(); this.remember(); });
    audio.addEventListener("play", () => this.#run());
    addEventListener("pagehide", () => this.remember());
    setInterval(() => { if (this.isPlaying) this.remember(); }, 5000);
  }

  // The file may have been tagged anew while it played: asked for once more, it goes on where it was.
  #again() {
    const { audio } = this;
    if (performance.now() - (this.tried ?? -Infinity) < RETRY_MS) {
      this.root.dispatchEvent(new CustomEvent("trouble", { detail: "The audio can't be loaded." }));
      return;
    }
    this.tried = performance.now();
    const [ms, playing, speed] = [this.now, this.isPlaying, audio.playbackRate];
    const address = new URL(audio.src);
    address.hash = "";
    address.searchParams.set("v", Date.now().toString(16));
    audio.src = address.href;
    this.pending = ms;
    audio.playbackRate = speed;
    if (playing) audio.play().catch(() => { /* an error of its own follows */ });
  }

  #run() {
    const frame = () => {
      this.show();
      if (this.isPlaying) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    // A hidden page has no frames; its title and media keys still want the chapter.
    this.audio.ontimeupdate = () => { if (document.hidden) this.show(); this.#told(); };
  }

  #point(event) {
    const box = this.seekBar.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
    const ms = share * this.duration;
    const chapter = this.chapters[this.chapterAt(ms)]?.title;
    this.tip.textContent = chapter ? `${clock(ms)} · ${chapter}` : clock(ms);
    this.tip.hidden = false;
    const half = this.tip.offsetWidth / 2;
    this.tip.style.left = `${Math.min(Math.max(share * box.width, half), box.width - half)}px`;
  }

  #mediaKeys() {
    const session = navigator.mediaSession;
    if (!session) return;
    const { title, show, cover } = this.root.dataset;
    const artwork = cover ? [{ src: new URL(cover, location).href }] : [];
    session.metadata = new MediaMetadata({ title, artist: show, artwork });
    const handlers = {
      play: () => this.audio.play(), pause: () => this.audio.pause(),
      seekbackward: (details) => this.skip(-(details.seekOffset ?? BACK_S)),
      seekforward: (details) => this.skip(details.seekOffset ?? FORWARD_S),
      seekto: (details) => this.seek(details.seekTime * 1000),
      previoustrack: () => this.toChapter(-1), nexttrack: () => this.toChapter(1),
    };
    for (const [action, handler] of Object.entries(handlers)) {
      try { session.setActionHandler(action, handler); } catch { /* unknown to this browser */ }
    }
  }

  #told() {
    const session = navigator.mediaSession;
    if (!session?.setPositionState || !Number.isFinite(this.audio.duration)) return;
    session.setPositionState({
      duration: this.audio.duration, playbackRate: this.audio.playbackRate,
      position: Math.min(this.audio.currentTime, this.audio.duration),
    });
    const chapter = this.chapters[this.chapterAt(this.now)]?.title;
    if (chapter && session.metadata) session.metadata.album = chapter;
  }
}

// A link to this moment, for others.
export const linkAt = (root, ms) => {
  const link = new URL(root.dataset.link, location);
  if (link.searchParams.has("t")) link.searchParams.delete("t");
  const whole = Math.floor(ms / 1000) * 1000;
  if (root.dataset.live === "no") link.hash = `t=${moment(whole)}`; else link.searchParams.set("t", moment(whole));
  return link.href;
};

export function positions() {
  try { return JSON.parse(read("podpipe:positions")) ?? {}; } catch { return {}; }
}

function read(key) { try { return localStorage.getItem(key); } catch { return null; } }
function store(key, value) { try { localStorage.setItem(key, value); } catch { /* private window, or full */ } }
