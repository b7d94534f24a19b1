// @ts-check
import { apiURL, call } from "./api.js";
import { all, one, write, zoneMinute } from "./dom.js";
import { keys } from "./keys.js";
import { WINDOWS_MS } from "./view.js";

/** @typedef {import("./charts.js").Shown} Shown */
/** @typedef {import("./view.js").WindowID} WindowID */

const WINDOW_IDS = /** @type {WindowID[]} */ (Object.keys(WINDOWS_MS));
const FINE_MS = 301_000; // what lies further back is of the 1 Hz tier
const LINK_MS = 400; // the address is written when the view rests: browsers count

// What anybody may do to the view: window, pause, zoom, pan, table; by button
// and by key. The address follows, so that a link opens the same view.
export class Commands {
  /** @type {(() => boolean) | null} whether there is somebody to follow */ onFollow = null;
  #model; #view; #charts; #cursor; #signal;
  #reached = false; // the 1 Hz tier has been asked for
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #linking;

  /**
   * @param {object} parts
   * @param {import("./model.js").Model} parts.model
   * @param {import("./view.js").View} parts.view
   * @param {import("./charts.js").Charts} parts.charts
   * @param {import("./cursor.js").Cursor} parts.cursor
   * @param {Record<string, () => void>} parts.more keys of the instructor
   * @param {AbortSignal} signal
   */
  constructor({ model, view, charts, cursor, more }, signal) {
    this.#model = model;
    this.#view = view;
    this.#charts = charts;
    this.#cursor = cursor;
    this.#signal = signal;
    this.#buttons();
    keys({ ...this.#keys(), ...more }, signal);
    if (/[?&](from|at|cursor|table)=/.test(location.search)) this.#restore();
  }

  async #restore() {
    const { restore } = await import("./link.js");
    if (restore(this.#view, location.search)) this.#toggleTable();
    this.changed();
  }

  #buttons() {
    for (const b of all("[data-window]")) {
      b.addEventListener("click", () => this.window(b.dataset.window));
      if (b.getAttribute("aria-pressed") === "true") this.#view.window = b.dataset.window;
    }
    one("[data-pause]").addEventListener("click", () => this.#togglePause());
    one("[data-table-toggle]").addEventListener("click", () => this.#toggleTable());
    one("[data-png]").addEventListener("click", () => this.#png());
    for (const b of all("[data-pan]")) b.addEventListener("click", () => this.#panBy(Number(b.dataset.pan)));
  }

  /** @returns {Record<string, (e: KeyboardEvent) => void>} */
  #keys() {
    const zoom = (/** @type {number} */ factor) => {
      const edge = this.#charts.edge();
      this.#view.zoomBy(factor, this.#view.cursor ?? this.#view.range(edge).to, edge);
      this.changed();
    };
    const range = (/** @type {boolean} */ left) => () => {
      const { from, to } = this.#view.range(this.#charts.edge()), at = this.#view.cursor;
      if (at !== null) this.#view.zoomTo(left ? at : from, left ? to : at);
      this.changed();
    };
    const step = (/** @type {1 | -1} */ d) => (/** @type {KeyboardEvent} */ e) => this.#cursor.step(d, e.shiftKey);
    const pause = () => this.#togglePause();
    return {
      ...Object.fromEntries(WINDOW_IDS.map((id, i) => [String(i + 1), () => this.window(id)])),
      " ": pause, p: pause,
      ArrowLeft: step(-1), ArrowRight: step(1),
      "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), "−": () => zoom(2),
      ",": () => this.#panBy(-0.25), ".": () => this.#panBy(0.25), "[": range(true), "]": range(false),
      0: () => { this.#view.zoom = null; this.#charts.rescale(); this.changed(); },
      f: () => { if (!this.onFollow?.()) this.#view.resume(); this.changed(); },
      d: () => one("[data-note]:not([hidden]) [data-note-compare]:not([hidden])")?.click(),
      t: () => this.#toggleTable(),
      Escape: () => { if (this.#view.escape()) this.changed(); },
    };
  }

  /** The view has changed: buttons and charts follow. */
  changed() {
    const paused = this.#view.pausedAt !== null;
    one("[data-pause]").setAttribute("aria-pressed", String(paused));
    write(one("[data-pause-text]"), paused ? "Go live" : "Pause");
    one("[data-csv]").href = apiURL("readings.csv", this.#view.asked());
    this.#charts.invalidate();
    this.fetchCoarse();
    clearTimeout(this.#linking);
    this.#linking = setTimeout(() => {
      import("./link.js").then((m) => m.write(this.#view, !one("[data-table]").hidden), () => {}); // while offline it stays as it is
    }, LINK_MS);
  }

  /** @param {number} ms */
  pan(ms) {
    this.#view.pan(ms, this.#charts.edge());
    this.changed();
  }

  /** @param {number} share of what is shown */
  #panBy(share) {
    const { from, to } = this.#view.range(this.#charts.edge());
    this.pan(share * (to - from));
  }

  #togglePause() {
    if (this.#view.pausedAt === null) this.#view.pause(this.#charts.edge());
    else this.#view.resume();
    this.changed();
  }

  /** @param {WindowID} id */
  window(id) {
    this.#view.show(id);
    for (const b of all("[data-window]")) b.setAttribute("aria-pressed", String(b.dataset.window === id));
    this.#reached = false;
    this.#charts.rescale();
    this.changed();
  }

  /** Fetches the 1 Hz tier once something is shown that the other does not reach.
   * @param {boolean} [again] */
  async fetchCoarse(again) {
    const edge = this.#charts.edge();
    if ((this.#reached && !again) || !(this.#view.range(edge).from < edge - FINE_MS)) return;
    this.#reached = true;
    try {
      this.#model.loadCoarse(await call("GET", apiURL("history", { window: "1h" }), { signal: this.#signal }));
      this.#charts.invalidate();
    } catch (error) {
      if (!this.#signal.aborted) write(one("[data-spoken]"), `The longer window could not be fetched: ${error}`);
    }
  }

  async #png() {
    try {
      const { save } = await import("./picture.js"), shown = this.#charts.whole();
      if (shown) await save({ shown, marks: this.#model.marks, spans: this.#model.spans, zone: zoneMinute() });
    } catch (error) {
      write(one("[data-spoken]"), `The picture could not be made: ${error}`);
    }
  }

  #toggleTable() {
    const box = one("[data-table]");
    box.hidden = !box.hidden;
    one("[data-table-toggle]").setAttribute("aria-pressed", String(!box.hidden));
    this.changed();
  }

  /** Keeps an open table current. @param {Shown} shown @param {number} nowMs */
  async table(shown, nowMs) {
    if (!one("[data-table]").hidden) (await import("./table.js")).table(shown, zoneMinute(), nowMs);
  }
}
