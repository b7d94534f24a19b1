// @ts-check
import { apiURL, call } from "./api.js";
import { Charts } from "./charts.js";
import { Clock } from "./clock.js";
import { controls } from "./controls.js";
import { Cursor } from "./cursor.js";
import { all, one, target, write, zoneMinute } from "./dom.js";
import { happened } from "./happened.js";
import { keys } from "./keys.js";
import { Lane } from "./lane.js";
import { Model } from "./model.js";
import { noteFor, NoteBar } from "./notes.js";
import { Readouts } from "./readouts.js";
import { follow } from "./stream.js";
import { table } from "./table.js";
import { View, WINDOWS_MS } from "./view.js";
import { Vitals } from "./vitals.js";
import { stripWords } from "./words.js";

/** @typedef {import("../wire.js").Frame} Frame */
/** @typedef {import("../wire.js").State} State */
/** @typedef {import("./view.js").WindowID} WindowID */

const WINDOW_IDS = /** @type {WindowID[]} */ (Object.keys(WINDOWS_MS));
const SLOW_MS = 250; // notes and uptime
const TABLE_MS = 2000;

/** Connects the live page. Everything it starts ends when the page is left. */
export function live() {
  const page = new LivePage(new AbortController());
  page.start();
}

class LivePage {
  #left; #zone = zoneMinute();
  #model = new Model();
  #view = new View();
  #clock = new Clock();
  #vitals = new Vitals();
  #readouts = new Readouts();
  #charts; #lane; #cursor; #note; #controls;
  #strategy = one("[data-live]").dataset.strategy ?? "";
  /** @type {State | null} */ #state = null;
  /** @type {{atMs: number, retryAtMs: number, retry: () => void, why: string} | null} */ #lost = null;
  #tableMs = -Infinity;

  /** @param {AbortController} left aborted when the page is left for good */
  constructor(left) {
    this.#left = left;
    const { signal } = left;
    this.#charts = new Charts(this.#model, this.#view, this.#clock, (shown) => this.#drawn(shown), signal);
    this.#cursor = new Cursor(this.#view, this.#model, this.#zone, () => this.#changed());
    this.#lane = new Lane(this.#zone, (t) => this.#cursor.set(t));
    this.#note = new NoteBar((action) => this.#act(action));
    this.#controls = controls();
  }

  start() {
    const { signal } = this.#left;
    this.#buttons();
    this.#keys(signal);
    addEventListener("pagehide", (e) => { if (!e.persisted) this.#left.abort(); }, { signal });
    const slow = setInterval(() => this.#slowly(), SLOW_MS);
    signal.addEventListener("abort", () => clearInterval(slow));
    follow({
      history: (s) => call("GET", apiURL("history", { window: "5m" }), { signal: s }),
      socket: (epoch, after) => new WebSocket(socketURL(epoch, after)),
    }, {
      history: (h) => {
        this.#model.load(h);
        this.#clock.heard(h.t[h.t.length - 1] ?? h.now, performance.now());
        if (this.#needsCoarse()) this.#fetchCoarse();
        happened(this.#model.marks, this.#zone);
        this.#charts.invalidate();
      },
      frame: (f) => this.#frame(f),
      live: () => { this.#lost = null; },
      lost: (waitMs, retry, why) => {
        const nowMs = performance.now();
        this.#lost = { atMs: this.#lost?.atMs ?? nowMs, retryAtMs: nowMs + waitMs, retry, why };
      },
    }, signal);
  }

  /** @param {Frame} frame */
  #frame(frame) {
    const nowMs = performance.now();
    if (frame.type === "reading") this.#clock.heard(frame.t, nowMs);
    if (frame.type === "state") this.#newState(frame.state, nowMs);
    if (!this.#model.apply(frame)) return;
    if (frame.type === "mark") {
      happened([frame.mark], this.#zone);
      if (frame.mark.kind === "switch" && frame.mark.to) this.#strategy = frame.mark.to;
    }
    this.#charts.invalidate();
  }

  /** @param {State} state @param {number} nowMs */
  #newState(state, nowMs) {
    this.#state = state;
    this.#strategy = state.strategy || this.#strategy;
    this.#vitals.set(state, nowMs);
    this.#controls?.state(state);
  }

  /** @param {import("./charts.js").Shown} shown */
  #drawn(shown) {
    const nowMs = performance.now();
    this.#cursor.shown = shown;
    this.#lane.draw(shown, this.#model.marks, this.#model.spans, this.#view.cursor);
    const latest = (/** @type {string} */ c) => this.#model.latest(c);
    const fresh = this.#readouts.draw(shown, this.#view.cursor, latest, nowMs);
    if (fresh) write(one("[data-words]"), stripWords(this.#strategy, latest));
    if (!one("[data-table]").hidden && nowMs - this.#tableMs >= TABLE_MS) this.#table(shown);
  }

  /** @param {import("./charts.js").Shown} shown */
  #table(shown) {
    this.#tableMs = performance.now();
    table(shown, this.#zone);
  }

  /** What changes by time alone. */
  #slowly() {
    const nowMs = performance.now();
    this.#vitals.tick(nowMs);
    const edge = this.#charts.edge(nowMs), { pausedAt, zoom } = this.#view;
    this.#note.show(noteFor({
      lost: this.#lost && { sinceMs: nowMs - this.#lost.atMs, retryInMs: this.#lost.retryAtMs - nowMs, why: this.#lost.why },
      state: this.#state,
      paused: pausedAt === null ? null : { at: pausedAt, behindMs: edge - pausedAt },
      zoom, zone: this.#zone, empty: this.#model.empty,
    }));
    if (this.#lost) this.#charts.invalidate();
  }

  /** @param {"" | "retry" | "live" | "reset"} action */
  #act(action) {
    if (action === "retry") this.#lost?.retry();
    if (action === "live") this.#view.resume();
    if (action === "reset") this.#view.zoom = null;
    this.#changed();
  }

  /** The view has changed. */
  #changed() {
    const paused = this.#view.pausedAt !== null;
    one("[data-pause]").setAttribute("aria-pressed", String(paused));
    write(one("[data-pause-text]"), paused ? "Go live" : "Pause");
    this.#charts.invalidate();
  }

  #togglePause() {
    if (this.#view.pausedAt === null) this.#view.pause(this.#charts.edge());
    else this.#view.resume();
    this.#changed();
    this.#slowly();
  }

  /** @param {WindowID} id */
  #window(id) {
    this.#view.show(id);
    for (const b of all("[data-window]")) b.setAttribute("aria-pressed", String(b.dataset.window === id));
    one("[data-csv]").setAttribute("href", apiURL("readings.csv", { window: id }));
    if (this.#needsCoarse()) this.#fetchCoarse();
    this.#charts.rescale();
    this.#changed();
  }

  #needsCoarse() {
    return this.#view.window === "15m" || this.#view.window === "1h";
  }

  async #fetchCoarse() {
    try {
      this.#model.loadCoarse(await call("GET", apiURL("history", { window: "1h" }), { signal: this.#left.signal }));
      this.#charts.invalidate();
    } catch (error) {
      if (!this.#left.signal.aborted) write(one("[data-spoken]"), `The longer window could not be fetched: ${error}`);
    }
  }

  #toggleTable() {
    const box = one("[data-table]");
    box.hidden = !box.hidden;
    one("[data-table-toggle]").setAttribute("aria-pressed", String(!box.hidden));
    if (!box.hidden && this.#cursor.shown) this.#table(this.#cursor.shown);
  }

  #buttons() {
    for (const b of all("[data-window]")) {
      b.addEventListener("click", () => this.#window(b.dataset.window));
      if (b.getAttribute("aria-pressed") === "true") this.#view.window = b.dataset.window;
    }
    one("[data-pause]").addEventListener("click", () => this.#togglePause());
    one("[data-table-toggle]").addEventListener("click", () => this.#toggleTable());
  }

  /** @param {AbortSignal} signal */
  #keys(signal) {
    const zoom = (/** @type {number} */ factor) => {
      const edge = this.#charts.edge();
      this.#view.zoomBy(factor, this.#view.cursor ?? this.#view.range(edge).to, edge);
      this.#changed();
    };
    const step = (/** @type {1 | -1} */ d) => (/** @type {KeyboardEvent} */ e) => this.#cursor.step(d, e.shiftKey);
    const pause = () => this.#togglePause();
    keys({
      ...Object.fromEntries(WINDOW_IDS.map((id, i) => [String(i + 1), () => this.#window(id)])),
      " ": pause, p: pause,
      ArrowLeft: step(-1), ArrowRight: step(1),
      "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), "−": () => zoom(2),
      0: () => { this.#view.zoom = null; this.#charts.rescale(); },
      t: () => this.#toggleTable(),
      Escape: () => { if (this.#view.escape()) this.#changed(); },
      ...(this.#controls?.keys ?? {}),
    }, signal);
  }
}

/** @param {string} epoch @param {number} after */
function socketURL(epoch, after) {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${location.host}/ws?${new URLSearchParams({ target: target(), epoch, after: String(after) })}`;
}
