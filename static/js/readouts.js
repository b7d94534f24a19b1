// @ts-check
import { all, one, write } from "./dom.js";
import { count, figure } from "./format.js";

/** @typedef {import("./charts.js").Shown} Shown */
/** @typedef {import("./ring.js").Ring} Ring */

// Figures that nobody can read are not written. All change together, so that
// no two places contradict each other; values under the cursor follow it.
const EVERY_MS = 500;

// The legend beside each strip, and the large figures above.
export class Readouts {
  #strips = slots("[data-strips] [data-column]");
  #heads = slots("[data-headline] [data-column]");
  #failed = one("[data-failed]");
  #writtenMs = -Infinity;
  #wasCursor = false;

  /** @param {Shown} shown @param {number | null} cursor
   * @param {(column: string) => number} latest @param {number} nowMs
   * @returns {boolean} whether what stands above the charts was written */
  draw(shown, cursor, latest, nowMs) {
    const due = nowMs - this.#writtenMs >= EVERY_MS;
    if (due || cursor !== null || this.#wasCursor) {
      const i = cursor === null ? -1 : shown.ring.nearest(cursor);
      fill(this.#strips, (column) => (i < 0 ? latest(column) : shown.ring.column(column)?.[i] ?? NaN));
    }
    this.#wasCursor = cursor !== null;
    if (!due) return false;
    this.#writtenMs = nowMs;
    fill(this.#heads, latest);
    this.#failures(shown);
    return true;
  }

  /** @param {Shown} shown */
  #failures(shown) {
    if (!this.#failed) return; // a service that tells nothing of its requests
    const failed = total(shown, "errors_per_s"), wrong = total(shown, "wrong_per_s");
    const words = [failed && `${count(failed)} failed`, wrong && `${count(wrong)} wrong`].filter(Boolean).join(", ");
    this.#failed.hidden = !words;
    write(this.#failed, words);
  }
}

/** @typedef {{column: string, value: Element, unit: Element}} Slot */

/** @param {string} selector @returns {Slot[]} */
function slots(selector) {
  return all(selector).map((node) => ({ column: node.dataset.column, value: one("[data-value]", node), unit: one("[data-unit]", node) }));
}

/** @param {Slot[]} slots @param {(column: string) => number} valueOf */
function fill(slots, valueOf) {
  for (const s of slots) {
    const { value, unit } = figure(s.column, valueOf(s.column));
    write(s.value, value);
    write(s.unit, unit);
  }
}

/** How many a rate adds up to over what is visible. @param {Shown} shown @param {string} column */
function total({ ring, low, high, everyMs }, column) {
  const rate = ring.column(column);
  if (!rate) return 0;
  let sum = 0;
  for (let i = low; i < high; i++) if (rate[i] > 0) sum += rate[i];
  return Math.round((sum * everyMs) / 1000);
}
