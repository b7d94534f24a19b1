// @ts-check
import { apiURL, call } from "./api.js";
import { all, one, write, zoneMinute } from "./dom.js";
import { keys } from "./keys.js";
import { WINDOWS_MS } from "./view.js";

/** @typedef {import("./charts.js").Shown} Shown */
/** @typedef {import("./view.js").WindowID} WindowID */

const WINDOW_IDS = /** @type {WindowID[]} */ (Object.keys(WINDOWS_MS));
const TABLE_MS = 2000;

// What anybody may do to the view: window, pause, zoom, table; by button
// and by key.
export class Commands {
  #model; #view; #charts; #cursor; #signal;
  #tableMs = -Infinity;

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
  }

  #buttons() {
    for (const b of all("[data-window]")) {
      b.addEventListener("click", () => this.#window(b.dataset.window));
      if (b.getAttribute("aria-pressed") === "true") this.#view.window = b.dataset.window;
    }
    one("[data-pause]").addEventListener("click", () => this.#togglePause());
    one("[data-table-toggle]").addEventListener("click", () => this.#toggleTable());
  }

  /** @returns {Record<string, (e: KeyboardEvent) => void>} */
  #keys() {
    const zoom = (/** @type {number} */ factor) => {
      const edge = this.#charts.edge();
      this.#view.zoomBy(factor, this.#view.cursor ?? this.#view.range(edge).to, edge);
      this.changed();
    };
    const step = (/** @type {1 | -1} */ d) => (/** @type {KeyboardEvent} */ e) => this.#cursor.step(d, e.shiftKey);
    const pause = () => this.#togglePause();
    return {
      ...Object.fromEntries(WINDOW_IDS.map((id, i) => [String(i + 1), () => this.#window(id)])),
      " ": pause, p: pause,
      ArrowLeft: step(-1), ArrowRight: step(1),
      "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), "−": () => zoom(2),
      0: () => { this.#view.zoom = null; this.#charts.rescale(); },
      t: () => this.#toggleTable(),
      Escape: () => { if (this.#view.escape()) this.changed(); },
    };
  }

  /** The view has changed: buttons and charts follow. */
  changed() {
    const paused = this.#view.pausedAt !== null;
    one("[data-pause]").setAttribute("aria-pressed", String(paused));
    write(one("[data-pause-text]"), paused ? "Go live" : "Pause");
    this.#charts.invalidate();
  }

  #togglePause() {
    if (this.#view.pausedAt === null) this.#view.pause(this.#charts.edge());
    else this.#view.resume();
    this.changed();
  }

  /** @param {WindowID} id */
  #window(id) {
    this.#view.show(id);
    for (const b of all("[data-window]")) b.setAttribute("aria-pressed", String(b.dataset.window === id));
    one("[data-csv]").setAttribute("href", apiURL("readings.csv", { window: id }));
    this.fetchCoarse();
    this.#charts.rescale();
    this.changed();
  }

  /** Fetches the 1 Hz tier when the window needs it. */
  async fetchCoarse() {
    if (this.#view.window !== "15m" && this.#view.window !== "1h") return;
    try {
      this.#model.loadCoarse(await call("GET", apiURL("history", { window: "1h" }), { signal: this.#signal }));
      this.#charts.invalidate();
    } catch (error) {
      if (!this.#signal.aborted) write(one("[data-spoken]"), `The longer window could not be fetched: ${error}`);
    }
  }

  #toggleTable() {
    const box = one("[data-table]");
    box.hidden = !box.hidden;
    one("[data-table-toggle]").setAttribute("aria-pressed", String(!box.hidden));
    this.#tableMs = -Infinity;
    if (this.#cursor.shown) this.table(this.#cursor.shown, performance.now());
  }

  /** Keeps an open table current. @param {Shown} shown @param {number} nowMs */
  async table(shown, nowMs) {
    if (one("[data-table]").hidden || nowMs - this.#tableMs < TABLE_MS) return;
    this.#tableMs = nowMs;
    (await import("./table.js")).table(shown, zoneMinute());
  }
}
