// @ts-check
import { all, one, write } from "./dom.js";
import { neighbour } from "./marks.js";

/** @typedef {import("./charts.js").Shown} Shown */
/** @typedef {import("./view.js").View} View */
/** @typedef {import("./model.js").Model} Model */

const DRAG_PX = 6;
const SPEAK_AFTER_MS = 300;

// Pointer and arrow keys on the charts: one cursor through all strips, a drag
// that zooms, and with Shift one that pans.
export class Cursor {
  #view; #model; #zone; #changed; #pan;
  /** @type {Shown | null} what is on screen, after each draw */
  shown = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #speaking;

  /** @param {View} view @param {Model} model @param {number} zone @param {() => void} changed
   * @param {(ms: number) => void} pan */
  constructor(view, model, zone, changed, pan) {
    this.#view = view;
    this.#model = model;
    this.#zone = zone;
    this.#changed = changed;
    this.#pan = pan;
    for (const canvas of all("canvas[data-strip]")) this.#listen(canvas);
    // Whoever presses a key may soon listen to a chart: the words are here by then.
    addEventListener("keydown", () => import("./spoken.js").catch(() => {}), { once: true });
  }

  /** @param {HTMLCanvasElement} canvas */
  #listen(canvas) {
    let from = NaN;
    canvas.addEventListener("pointerdown", (e) => {
      from = e.offsetX;
      if (e.pointerType === "mouse") canvas.setPointerCapture(e.pointerId);
      this.#moveTo(e.offsetX);
    });
    canvas.addEventListener("pointermove", (e) => {
      if (e.shiftKey && e.buttons && from > 0 && this.shown) {
        this.#pan((from - e.offsetX) * this.shown.msPerPx);
        from = e.offsetX;
      } else if (Math.abs(e.offsetX - from) > DRAG_PX && e.buttons) this.#drag(from, e.offsetX);
      this.#moveTo(e.offsetX);
    });
    const drop = () => {
      from = NaN;
      const { drag } = this.#view;
      if (!drag) return;
      this.#view.drag = null;
      this.#view.zoomTo(drag.from, drag.to);
      this.#changed();
    };
    canvas.addEventListener("pointerup", drop);
    canvas.addEventListener("pointercancel", drop);
    canvas.addEventListener("pointerleave", (e) => {
      if (e.pointerType !== "mouse") return;
      this.#view.cursor = null;
      this.#changed();
    });
    canvas.addEventListener("focus", async () => canvas.setAttribute("aria-label", `${canvas.dataset.about}. ${await this.#words(canvas)}`));
  }

  /** @param {number} px inside a canvas */
  #time(px) {
    const { from, left, right, msPerPx } = /** @type {Shown} */ (this.shown);
    return from + (Math.min(right, Math.max(left, px)) - left) * msPerPx;
  }

  /** @param {number} px */
  #moveTo(px) {
    if (this.shown) this.set(this.#time(px));
  }

  /** @param {number} a @param {number} b px */
  #drag(a, b) {
    if (!this.shown) return;
    const [from, to] = [this.#time(a), this.#time(b)];
    this.#view.drag = { from: Math.min(from, to), to: Math.max(from, to) };
  }

  /** Puts the cursor on the reading nearest to t. @param {number} t Unix ms */
  set(t) {
    const ring = this.shown?.ring;
    const i = ring ? ring.nearest(t) : -1;
    if (!ring || i < 0) return;
    this.#view.cursor = ring.t[i];
    this.#changed();
  }

  /** One reading, or one mark, to the left or right.
   * @param {1 | -1} direction @param {boolean} byMark */
  step(direction, byMark) {
    if (!this.shown) return;
    const { ring, low, high, from, to } = this.shown;
    const at = this.#view.cursor ?? ring.t[high - 1];
    if (byMark) {
      const mark = neighbour(this.#model.marks.filter((m) => m.t >= from && m.t <= to), at, direction);
      if (mark) this.set(mark.t);
    } else {
      const i = this.#view.cursor === null ? high - 1 : ring.nearest(at) + direction;
      if (i >= low && i < high) this.set(ring.t[i]);
    }
    this.#speak();
  }

  /** Says time and values of the strip in focus, once the keys rest. */
  #speak() {
    clearTimeout(this.#speaking);
    this.#speaking = setTimeout(async () => {
      const focused = document.activeElement;
      const canvas = focused instanceof HTMLCanvasElement ? focused : one("canvas[data-strip]");
      write(one("[data-spoken]"), await this.#words(canvas));
    }, SPEAK_AFTER_MS);
  }

  /** @param {HTMLCanvasElement} canvas */
  #words(canvas) {
    return import("./spoken.js").then((m) => m.spoken(canvas, this.shown?.ring, this.#view.cursor, this.#zone), () => "The values could not be fetched.");
  }
}
