// @ts-check
import { Ring } from "./ring.js";

/** @typedef {import("../wire.js").History} History */

/** Null on the wire is unknown, and unknown is NaN in memory.
 * @param {(number | null)[] | undefined} values @param {number} i */
const at = (values, i) => values?.[i] ?? NaN;

export const LOW = "/min";
export const HIGH = "/max";

/** Column names of a ring that also keeps what each point stands for.
 * @param {string[]} columns */
export const withExtremes = (columns) => columns.flatMap((c) => [c, c + LOW, c + HIGH]);

/** @param {History} history @param {number} i @returns {(name: string) => number} */
function point(history, i) {
  return (name) => {
    if (name.endsWith(LOW)) return at(history.min?.[name.slice(0, -LOW.length)] ?? history.values[name.slice(0, -LOW.length)], i);
    if (name.endsWith(HIGH)) return at(history.max?.[name.slice(0, -HIGH.length)] ?? history.values[name.slice(0, -HIGH.length)], i);
    return at(history.values[name], i);
  };
}

/**
 * A ring with all that is known: what was held before the window began, the
 * window as the server has it, and what came in after it was cut.
 * @param {Ring | null} held @param {History} history
 * @param {string[]} names @param {number} capacity
 */
export function merged(held, history, names, capacity) {
  const ring = new Ring(names, capacity);
  const [first, last] = [history.t[0] ?? Infinity, history.t[history.t.length - 1] ?? -Infinity];
  const copy = (/** @type {number} */ low, /** @type {number} */ high) => {
    for (let i = low; held && i < high; i++) ring.push(held.t[i], held.gen[i], (name) => held.column(name)?.[i] ?? NaN);
  };
  if (held) copy(held.start, held.since(first));
  history.t.forEach((t, i) => ring.push(t, history.gen[i], point(history, i)));
  if (held) copy(held.since(Math.max(last, held.oldest)), held.end);
  return ring;
}

/** Folds 10 Hz readings into one point a second with its extremes, as the
 * server's coarse tier does. */
export class Folder {
  #everyMs;
  /** @type {number[]} */ #last = [];
  /** @type {number[]} */ #low = [];
  /** @type {number[]} */ #high = [];
  #second = NaN;
  #t = NaN;
  #gen = NaN;

  /** @param {number} everyMs */
  constructor(everyMs) { this.#everyMs = everyMs; }

  /** @param {Ring} into made for withExtremes(columns)
   * @param {number} t @param {number} gen @param {ArrayLike<number>} values NaN when unknown */
  add(into, t, gen, values) {
    const second = Math.floor(t / this.#everyMs);
    if (second !== this.#second || gen !== this.#gen) {
      this.#flush(into);
      this.#second = second;
      this.#gen = gen;
      this.#low = Array.from(values);
      this.#high = Array.from(values);
    }
    this.#t = t;
    this.#last = Array.from(values);
    this.#last.forEach((v, i) => {
      if (!(v >= this.#low[i])) this.#low[i] = Number.isNaN(v) ? this.#low[i] : v;
      if (!(v <= this.#high[i])) this.#high[i] = Number.isNaN(v) ? this.#high[i] : v;
    });
  }

  /** @param {Ring} into */
  #flush(into) {
    if (Number.isNaN(this.#second)) return;
    const parts = [this.#last, this.#low, this.#high];
    into.push(this.#t, this.#gen, (_, i) => parts[i % 3][Math.floor(i / 3)]);
  }
}
