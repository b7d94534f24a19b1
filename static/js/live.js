// @ts-check
import { apiURL, call, socketURL } from "./api.js";
import { Charts } from "./charts.js";
import { Clock } from "./clock.js";
import { Commands } from "./commands.js";
import { Cursor } from "./cursor.js";
import { one, write, zoneMinute } from "./dom.js";
import { clockTime } from "./format.js";
import { Lane } from "./lane.js";
import { isTick } from "./marks.js";
import { Model } from "./model.js";
import { noteFor, NoteBar } from "./notes.js";
import { Readouts } from "./readouts.js";
import { follow } from "./stream.js";
import { showVerdict } from "./verdict.js";
import { View } from "./view.js";
import { Vitals } from "./vitals.js";
import { stripWords } from "./words.js";

/** @typedef {import("../wire.js").Frame} Frame */
/** @typedef {import("../wire.js").State} State */

const SLOW_MS = 250; // notes and uptime

/** Connects the live page. Everything it starts ends when the page is left.
 * Viewers have no controls, and fetch none. */
export async function live() {
  const left = new AbortController();
  const controls = one("[data-controls]") ? (await import("./controls.js")).controls() : null;
  const page = new LivePage(controls, left.signal);
  page.start();
  one("[data-present]")?.addEventListener("click", () => page.room().then((p) => p.present()));
  if ("presented" in one("[data-live]").dataset) page.room();
  whenSeen(one("[data-membar]"), () => import("./membar.js").then((m) => { page.more = m.membar(zoneMinute()); }));
  one("[data-sizes]").addEventListener("toggle", () => import("./sizes.js").then((m) => m.sizes(left.signal)), { once: true });
  whenSeen(one("[data-scoreboard]"), () => import("./scoreboard.js").then((m) => m.scoreboard(left.signal)));
  addEventListener("pagehide", (e) => { if (!e.persisted) left.abort(); });
}

/** What lies below most screens is fetched when somebody comes to it.
 * @param {Element | null} node @param {() => void} act */
function whenSeen(node, act) {
  if (!node) return;
  const seen = new IntersectionObserver(([entry]) => {
    if (!entry.isIntersecting) return;
    seen.disconnect();
    act();
  });
  seen.observe(node);
}

class LivePage {
  /** @type {ReturnType<import("./membar.js").membar> | null} drawn along, once it is here */ more = null;
  /** @type {import("./presenter.js").Presenter | null} the same */ #presenter = null;
  #signal; #zone = zoneMinute();
  #model = new Model();
  #view = new View();
  #clock = new Clock();
  #vitals = new Vitals();
  #readouts = new Readouts();
  #charts; #lane; #cursor; #note; #controls; #commands;
  #strategy = one("[data-live]").dataset.strategy ?? "";
  /** @type {State | null} */ #state = null;
  /** @type {{atMs: number, retryAtMs: number, retry: () => void, why: string} | null} */ #lost = null;

  /** @param {import("./controls.js").Controls | null} controls
   * @param {AbortSignal} signal aborted when the page is left for good */
  constructor(controls, signal) {
    this.#signal = signal;
    this.#charts = new Charts(this.#model, this.#view, this.#clock, (shown) => this.#drawn(shown), signal);
    this.#cursor = new Cursor(this.#view, this.#model, this.#zone, () => this.#commands.changed(), (ms) => this.#commands.pan(ms));
    this.#lane = new Lane(this.#zone, (t) => this.#cursor.set(t));
    this.#note = new NoteBar((action) => this.#act(action));
    this.#controls = controls;
    this.#commands = new Commands({
      model: this.#model, view: this.#view, charts: this.#charts, cursor: this.#cursor, more: controls?.keys ?? {},
    }, signal);
  }

  start() {
    const slow = setInterval(() => this.#slowly(), SLOW_MS);
    this.#signal.addEventListener("abort", () => clearInterval(slow));
    follow({
      history: (s) => call("GET", apiURL("history", { window: "5m" }), { signal: s }),
      socket: (epoch, after) => new WebSocket(socketURL(epoch, after)),
    }, {
      history: (h) => this.#history(h),
      frame: (f) => this.#frame(f),
      live: () => { this.#lost = null; },
      lost: (waitMs, retry, why) => {
        const nowMs = performance.now();
        this.#lost = { atMs: this.#lost?.atMs ?? nowMs, retryAtMs: nowMs + waitMs, retry, why };
      },
    }, this.#signal);
  }

  /** @param {import("../wire.js").History} history */
  #history(history) {
    this.#model.load(history);
    call("GET", apiURL("verdict")).then(showVerdict, () => {}); // the page has one already
    this.#clock.heard(history.t[history.t.length - 1] ?? history.now, performance.now());
    this.#commands.fetchCoarse(true);
    if (this.#presenter) this.room();
    this.#happened(this.#model.marks);
    this.#charts.invalidate();
  }

  /** Writes the marks that the list has not got; most pages open with all of them.
   * @param {import("../wire.js").Mark[]} marks */
  async #happened(marks) {
    if (marks.some((m) => !isTick(m) && !one(`[data-mark="${m.id}"]`))) (await import("./happened.js")).happened(marks, this.#zone);
  }

  /** @param {Frame} frame */
  #frame(frame) {
    const nowMs = performance.now();
    if (frame.type === "reading") this.#clock.heard(frame.t, nowMs);
    if (frame.type === "state") this.#newState(frame.state, nowMs);
    if (frame.type === "verdict") showVerdict(frame.verdict);
    if (frame.type === "room" && (frame.room.view || this.#presenter)) this.room(frame.room);
    if (!this.#model.apply(frame)) return;
    if (frame.type === "mark") {
      this.#happened([frame.mark]);
      if (frame.mark.kind === "switch" && frame.mark.to) this.#strategy = frame.mark.to;
    }
    this.#charts.invalidate();
  }

  /** What the room adds is fetched once somebody presents.
   * @param {import("../wire.js").RoomShown} [frame] */
  async room(frame) {
    const { Presenter } = await import("./presenter.js");
    this.#presenter ??= new Presenter({ view: this.#view, commands: this.#commands, charts: this.#charts }, this.#signal);
    this.#presenter.apply(frame);
    return this.#presenter;
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
    const nowMs = performance.now(), latest = (/** @type {string} */ c) => this.#model.latest(c);
    this.#cursor.shown = shown;
    this.#lane.draw(shown, this.#model.marks, this.#model.spans, this.#view.cursor);
    this.#presenter?.drawn(shown, nowMs);
    this.more?.(shown, this.#view.cursor, latest, nowMs);
    const fresh = this.#readouts.draw(shown, this.#view.cursor, latest, nowMs);
    if (fresh) this.#words(stripWords(this.#strategy, latest));
    this.#commands.table(shown, nowMs);
  }

  /** The strip in words, and in the line above it when that was read.
   * @param {string} words */
  #words(words) {
    const heading = one("[data-words]"), aside = one("[data-aside]");
    if (!heading) return;
    write(heading, words);
    const time = clockTime(this.#charts.edge(), this.#zone);
    write(aside, (aside?.textContent ?? "").replace(/\d\d:\d\d:\d\d/, time));
  }

  /** What changes by time alone. */
  #slowly() {
    const nowMs = performance.now();
    this.#vitals.tick(nowMs);
    const edge = this.#charts.edge(nowMs), { pausedAt, zoom } = this.#view;
    // Until the stream has said how the process is, what the server wrote stands.
    if (this.#state || this.#lost) this.#note.show(noteFor({
      lost: this.#lost && { sinceMs: nowMs - this.#lost.atMs, retryInMs: this.#lost.retryAtMs - nowMs, why: this.#lost.why },
      state: this.#state,
      paused: pausedAt === null ? null : { at: pausedAt, behindMs: edge - pausedAt },
      zoom, marks: this.#model.marks, now: edge, zone: this.#zone, empty: this.#model.empty,
    }));
    if (this.#lost) this.#charts.invalidate();
  }

  /** @param {"" | "retry" | "live" | "reset"} action */
  #act(action) {
    if (action === "retry") this.#lost?.retry();
    if (action === "live") this.#view.resume();
    if (action === "reset") this.#view.zoom = null;
    this.#commands.changed();
  }
}
