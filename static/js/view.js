// @ts-check

export const WINDOWS_MS = { "1m": 60_000, "5m": 300_000, "15m": 900_000, "1h": 3_600_000 };
/** @typedef {keyof typeof WINDOWS_MS} WindowID */

const NARROWEST_MS = 2000;
const KEPT_MS = WINDOWS_MS["1h"];

// What stretch of time is on screen, and where the cursor is. Live unless
// paused or zoomed; data keeps coming in either case.
export class View {
  /** @type {WindowID} */
  window = "5m";
  /** @type {number | null} right edge when frozen, Unix ms */
  pausedAt = null;
  /** @type {{from: number, to: number} | null} */
  zoom = null;
  /** @type {number | null} Unix ms */
  cursor = null;
  /** @type {{from: number, to: number} | null} a range being dragged */
  drag = null;

  /** @param {WindowID} window the new window shows the newest data again */
  show(window) {
    this.window = window;
    this.zoom = null;
  }

  /** @param {number} edge the live right edge */
  pause(edge) { this.pausedAt = this.range(edge).to; }

  resume() {
    this.pausedAt = null;
    this.zoom = null;
  }

  /** @param {number} a @param {number} b Unix ms, in either order */
  zoomTo(a, b) {
    const [from, to] = a < b ? [a, b] : [b, a];
    if (to - from >= NARROWEST_MS) this.zoom = { from, to };
  }

  /** Zooms by a factor and keeps the instant at the pivot where it is.
   * @param {number} factor below 1 zooms in @param {number} pivot @param {number} edge */
  zoomBy(factor, pivot, edge) {
    const { from, to } = this.range(edge);
    const next = { from: pivot - (pivot - from) * factor, to: pivot + (to - pivot) * factor };
    if (next.to - next.from >= WINDOWS_MS[this.window]) this.zoom = null;
    else this.zoomTo(next.from, next.to);
  }

  /** Moves what is shown, within what is kept; a whole window that comes to
   * the edge follows it again. @param {number} ms @param {number} edge */
  pan(ms, edge) {
    const { from, to } = this.range(edge);
    const by = Math.max(edge - KEPT_MS - from, Math.min(ms, edge - to));
    const whole = to - from >= WINDOWS_MS[this.window] && this.pausedAt === null;
    this.zoom = whole && by < ms ? null : { from: from + by, to: to + by };
  }

  /** @param {number} edge the live right edge @returns {{from: number, to: number}} Unix ms */
  range(edge) {
    if (this.zoom) return this.zoom;
    const to = this.pausedAt ?? edge;
    return { from: to - WINDOWS_MS[this.window], to };
  }

  /** What is on screen, as the server is asked for it.
   * @returns {Record<string, string>} */
  asked() {
    if (!this.zoom && this.pausedAt === null) return { window: this.window };
    const { from, to } = this.range(0);
    return { from: from.toFixed(), to: to.toFixed() };
  }

  /** Undoes one thing: cursor, then zoom, then pause. @returns {boolean} whether there was one */
  escape() {
    if (this.cursor !== null) this.cursor = null;
    else if (this.zoom) this.zoom = null;
    else if (this.pausedAt !== null) this.pausedAt = null;
    else return false;
    return true;
  }
}
