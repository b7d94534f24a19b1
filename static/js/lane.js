// @ts-check
import { icon, make, one, write } from "./dom.js";
import { clockTime } from "./format.js";
import { chips, isTick, sentence } from "./marks.js";
import { timeStep } from "./scale.js";
import { ribbonText } from "./spans.js";

/** @typedef {import("./charts.js").Shown} Shown */
/** @typedef {import("../wire.js").Mark} Mark */
/** @typedef {import("../wire.js").Span} Span */

const NARROWEST_NAME_PX = 28;

// The lane above the strips: time, what ran, what happened. Its elements
// are kept from frame to frame, so that focus and hover survive.
export class Lane {
  #lane = one("[data-lane]");
  #now = one("[data-now]");
  #at = one("[data-values-at]");
  #zone;
  #pick;
  /** @type {Map<string, HTMLElement>} by kind and identity */
  #kept = new Map();
  /** @type {Set<number> | null} marks seen before; null until the first draw */
  #known = null;

  /** @param {number} zone minutes east of UTC @param {(t: number) => void} pick a mark was pressed */
  constructor(zone, pick) {
    this.#zone = zone;
    this.#pick = pick;
  }

  /** @param {Shown} shown @param {Mark[]} marks @param {Span[]} spans @param {number | null} cursor */
  draw(shown, marks, spans, cursor) {
    const stale = new Set(this.#kept.keys());
    const keep = (/** @type {string} */ key, /** @type {() => HTMLElement} */ create) => {
      stale.delete(key);
      const held = this.#kept.get(key) ?? create();
      if (!held.isConnected) this.#lane.append(held);
      this.#kept.set(key, held);
      return held;
    };
    this.#ribbons(shown, spans, keep);
    this.#ticks(shown, cursor, keep);
    this.#chips(shown, marks, keep);
    for (const key of stale) {
      this.#kept.get(key)?.remove();
      this.#kept.delete(key);
    }
    this.#cursor(shown, cursor);
  }

  /** @param {Shown} shown @param {number | null} cursor @param {Keep} keep */
  #ticks({ from, to, left, right, x, msPerPx, type }, cursor, keep) {
    const step = timeStep(msPerPx, type * 6.5);
    const shift = this.#zone * 60_000; // ticks fall on round minutes of the server's clock
    for (let t = Math.ceil((from + shift) / step) * step - shift; t <= to; t += step) {
      const at = x(t);
      const clear = cursor === null || Math.abs(at - x(cursor)) > type * 5.5;
      if (at < left + type * 2.2 || at > right + type * 2 || !clear) continue;
      const tick = keep(`t${t}`, () => make("span", { class: "tick" }, clockTime(t, this.#zone)));
      place(tick, at);
    }
  }

  /** @param {Shown} shown @param {Span[]} spans @param {Keep} keep */
  #ribbons({ from, to, left, right, x }, spans, keep) {
    spans.forEach((span, i) => {
      const end = span.to ?? to;
      if (end < from || span.from > to) return;
      const a = Math.max(left, x(span.from)), b = Math.min(right, x(end)) - 1;
      if (b - a < 1) return;
      const text = ribbonText(spans, i);
      const ribbon = keep(`r${span.from}`, () => make("span", { class: "ribbon" }));
      ribbon.title = `${text}, since ${clockTime(span.from, this.#zone)}`;
      write(ribbon, b - a < NARROWEST_NAME_PX ? "" : text);
      place(ribbon, a);
      const width = `${Math.round(b - a)}px`;
      if (ribbon.style.width !== width) ribbon.style.width = width;
    });
  }

  /** @param {Shown} shown @param {Mark[]} marks @param {Keep} keep */
  #chips({ from, to, x, type }, marks, keep) {
    const visible = marks.filter((m) => m.t >= from && m.t <= to && !isTick(m));
    for (const chip of chips(visible, x, type * 2.1)) {
      const { lead } = chip;
      const button = keep(`m${lead.id}`, () => this.#chip(lead));
      const label = chip.all.map((m) => `${clockTime(m.t, this.#zone)} ${sentence(m)}`).join("; ");
      if (button.getAttribute("aria-label") !== label) {
        button.setAttribute("aria-label", label);
        button.title = label.replaceAll("; ", "\n");
      }
      place(button, chip.x);
    }
    this.#known = new Set(marks.map((m) => m.id));
  }

  /** @param {Mark} mark */
  #chip(mark) {
    const fresh = this.#known && !this.#known.has(mark.id) ? " fresh" : "";
    const button = make("button", { type: "button", class: `mark ${mark.kind}${fresh}`, "data-mark-chip": String(mark.id), "data-kind": mark.kind }, icon(mark.kind));
    button.addEventListener("click", () => this.#pick(mark.t));
    return button;
  }

  /** @param {Shown} shown @param {number | null} cursor */
  #cursor({ x, left, right }, cursor) {
    const inside = cursor !== null && x(cursor) >= left && x(cursor) <= right + 1;
    this.#now.hidden = !inside;
    write(this.#at, cursor !== null ? `values at ${clockTime(cursor, this.#zone)}` : "now");
    if (cursor === null || !inside) return;
    write(this.#now, clockTime(cursor, this.#zone));
    place(this.#now, x(cursor));
  }
}

/** @typedef {(key: string, create: () => HTMLElement) => HTMLElement} Keep */

/** @param {HTMLElement} node @param {number} x */
function place(node, x) {
  const left = `${Math.round(x)}px`;
  if (node.style.left !== left) node.style.left = left;
}
