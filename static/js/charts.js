// @ts-check
import { colours, hatch } from "./colours.js";
import { lastKnown } from "./decimate.js";
import { all } from "./dom.js";
import { gaps } from "./gaps.js";
import { paint } from "./paint.js";
import { STRIPS } from "./strips.js";

/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./view.js").View} View */
/** @typedef {import("./clock.js").Clock} Clock */
/** @typedef {import("./ring.js").Ring} Ring */

/**
 * What all strips show in one frame.
 * @typedef {object} Shown
 * @property {number} from @property {number} to Unix ms at the left and right edge of every plot
 * @property {number} left @property {number} right CSS px inside every canvas
 * @property {number} msPerPx
 * @property {Ring} ring @property {number} everyMs @property {number} gapMs
 * @property {number} low first index drawn @property {number} high one past the last
 * @property {(t: number) => number} x
 * @property {number} type size of the chart's type in CSS px
 */

/** @typedef {{colours: Record<string, string>, gap: CanvasPattern, limit: CanvasPattern, type: number, family: string}} Look */

// Margins for the axes, in sizes of the chart's type.
const MARGIN_LEFT = 4.2;
const MARGIN_RIGHT = 4.6;
const NORMAL_SILENCE_MS = 1200;

/**
 * The strips: canvases that share one time axis, redrawn at most once per
 * animation frame and only where they can be seen.
 *
 * Each canvas says what it shows, for tests and assistive tools, in
 * attributes that are true after every draw: data-plot-left, -right, -top,
 * -bottom (CSS px inside the canvas), data-y-max (value of the left axis at
 * plot-top, in the unit of the column: bytes, bytes/s, a count; plot-bottom
 * is 0), data-t-from and data-t-to (Unix ms at plot-left and plot-right).
 */
export class Charts {
  #model; #view; #clock;
  /** @type {(shown: Shown) => void} */ #drawn;
  #strips;
  #frame = 0;
  #still = matchMedia("(prefers-reduced-motion: reduce)");
  /** @type {Look | null} */
  #look = null;

  /** @param {Model} model @param {View} view @param {Clock} clock
   * @param {(shown: Shown) => void} drawn called after each frame @param {AbortSignal} signal */
  constructor(model, view, clock, drawn, signal) {
    this.#model = model;
    this.#view = view;
    this.#clock = clock;
    this.#drawn = drawn;
    this.#strips = all("canvas[data-strip]").map((canvas) => ({
      canvas: /** @type {HTMLCanvasElement} */ (canvas),
      ctx: /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")),
      spec: STRIPS[canvas.dataset.strip],
      axes: { left: null, right: null },
      width: 0, height: 0, seen: true,
    }));
    this.#watch(signal);
  }

  /** @param {AbortSignal} signal */
  #watch(signal) {
    const find = (/** @type {Element} */ target) => this.#strips.find((s) => s.canvas === target);
    const sizes = new ResizeObserver((entries) => {
      for (const { target, contentRect } of entries) Object.assign(find(target) ?? {}, { width: contentRect.width, height: contentRect.height });
      this.restyle();
    });
    const sight = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) Object.assign(find(target) ?? {}, { seen: isIntersecting });
      this.invalidate();
    }, { rootMargin: "100px" });
    for (const { canvas } of this.#strips) {
      sizes.observe(canvas);
      sight.observe(canvas);
    }
    document.addEventListener("themechange", () => this.restyle(), { signal });
    signal.addEventListener("abort", () => {
      sizes.disconnect();
      sight.disconnect();
      cancelAnimationFrame(this.#frame);
    });
  }

  /** Colours or type have changed. */
  restyle() {
    this.#look = null;
    this.invalidate();
  }

  /** Starts the axes afresh, as when another window is chosen. */
  rescale() {
    for (const s of this.#strips) s.axes = { left: null, right: null };
    this.invalidate();
  }

  /** Asks for one redraw in the next animation frame. */
  invalidate() {
    this.#frame ||= requestAnimationFrame((nowMs) => {
      this.#frame = 0;
      this.#draw(nowMs);
    });
  }

  /** The live right edge. @param {number} nowMs monotonic */
  edge(nowMs = performance.now()) {
    return this.#clock.edge(nowMs, NORMAL_SILENCE_MS);
  }

  /** Draws every strip now, those out of sight too, as a picture needs them.
   * @returns {Shown | null} */
  whole() { return this.#draw(performance.now(), true); }

  /** @param {number} nowMs @param {boolean} [unseen] */
  #draw(nowMs, unseen) {
    const sized = this.#strips.find((s) => s.width > 0);
    if (!sized) return null;
    this.#look ??= this.#resolve(sized.ctx);
    const shown = this.#shown(sized.width, this.#look.type, nowMs);
    if (!shown) return null;
    const memory = this.#strips[0].spec.memory ? "in_use" : "";
    const missing = gaps(shown.ring, memory, shown.from, shown.to, Math.max(shown.gapMs, 2 * shown.msPerPx));
    for (const s of this.#strips) if ((s.seen || unseen) && s.width) this.#strip(s, shown, missing);
    this.#drawn(shown);
    return shown;
  }

  /** @param {CanvasRenderingContext2D} ctx */
  #resolve(ctx) {
    const used = colours();
    const type = parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.75;
    return { colours: used, gap: hatch(ctx, used["c-gap"], 5), limit: hatch(ctx, used.fault, 7), type, family: getComputedStyle(document.body).fontFamily };
  }

  /** @param {number} width @param {number} type @param {number} nowMs @returns {Shown | null} */
  #shown(width, type, nowMs) {
    const left = Math.round(type * MARGIN_LEFT), right = Math.round(width - type * MARGIN_RIGHT);
    const live = this.edge(nowMs);
    if (right - left < 10 || Number.isNaN(live)) return null;
    // Whole pixels (or seconds): charts advance with the data and never blur.
    const span = this.#view.range(live).to - this.#view.range(live).from;
    const step = this.#still.matches ? 1000 : span / (right - left);
    const { from, to } = this.#view.range(Math.ceil(live / step) * step);
    const msPerPx = (to - from) / (right - left);
    const { ring, everyMs } = this.#model.ringFor(from, to - from);
    return {
      from, to, left, right, msPerPx, ring, everyMs, type,
      gapMs: 3 * everyMs,
      low: Math.max(ring.start, ring.since(from) - 1),
      high: Math.min(ring.end, ring.since(to) + 1),
      x: (t) => left + (t - from) / msPerPx,
    };
  }

  /** @param {any} s @param {Shown} shown @param {[number, number][]} missing */
  #strip(s, shown, missing) {
    const { canvas, ctx, width, height } = s;
    const look = /** @type {Look} */ (this.#look);
    const ratio = devicePixelRatio;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, width, height);
    const top = Math.round(look.type * 0.95), bottom = Math.round(height - look.type * 0.8);
    const limits = shown.ring.column("limit");
    const scene = {
      ...shown, ctx, height, top, bottom,
      colours: look.colours, gapHatch: look.gap, limitHatch: look.limit, weight: look.type / 12,
      font: (/** @type {number} */ weight) => `${weight} ${look.type}px ${look.family}`,
      limit: limits && shown.high > shown.low ? lastKnown(limits, shown.low, shown.high) : NaN,
      marks: this.#model.marks, gaps: missing, cursor: this.#view.cursor, drag: this.#view.drag,
      y: (/** @type {number} */ v, /** @type {import("./scale.js").Axis} */ axis) => bottom - (v / axis.top) * (bottom - top),
    };
    s.axes = paint(s.spec, scene, s.axes);
    tell(canvas, { plotLeft: shown.left, plotRight: shown.right, plotTop: top, plotBottom: bottom, yMax: s.axes.left.top, tFrom: shown.from, tTo: shown.to });
  }
}

/** @param {HTMLElement} canvas @param {Record<string, number>} facts */
function tell(canvas, facts) {
  for (const [key, value] of Object.entries(facts)) {
    const text = String(Math.round(value * 1000) / 1000);
    if (canvas.dataset[key] !== text) canvas.dataset[key] = text;
  }
}
