// @ts-check
import { Folder, merged, withExtremes } from "./history.js";
import { mergedMarks } from "./marks.js";
import { Ring } from "./ring.js";
import { carriedOn } from "./spans.js";

/** @typedef {import("../wire.js").History} History */
/** @typedef {import("../wire.js").Frame} Frame */
/** @typedef {import("../wire.js").Span} Span */
/** @typedef {import("../wire.js").Mark} Mark */

const FINE_KEPT = 9000; // 15 min at 10 Hz: a paused 5 min view keeps its data for 10 min
const FINE_SPAN_MS = 301_000; // the longest window drawn from it
const COARSE_MS = 1000;
const COARSE_KEPT = 4500; // an hour and a quarter

// What this page knows of one process: readings at 10 Hz and, for windows
// longer than those reach, at 1 Hz with extremes. Fed by the stream, read by
// everything that draws.
export class Model {
  fine = new Ring([], 1);
  coarse = new Ring([], 1);
  everyMs = 100;
  /** @type {Mark[]} oldest first */
  marks = [];
  /** @type {Span[]} oldest first */
  spans = [];
  #folder = new Folder(COARSE_MS);
  /** @type {string[]} columns in the order of the frames */
  #order = [];
  #row = new Float64Array(0);

  /** Whether any reading has come. */
  get empty() { return this.fine.size === 0; }

  /** Takes in the 10 Hz window that was fetched. @param {History} history */
  load(history) {
    this.everyMs = history.every_ms;
    this.#expect(history.columns);
    this.fine = merged(this.fine, history, history.columns, FINE_KEPT);
    if (!this.coarse.names.length) this.coarse = new Ring(withExtremes(history.columns), COARSE_KEPT);
    this.#happened(history);
  }

  /** Takes in the 1 Hz window. @param {History} history */
  loadCoarse(history) {
    this.coarse = merged(this.coarse, history, withExtremes(history.columns), COARSE_KEPT);
    this.#happened(history);
  }

  /** @param {History} history */
  #happened(history) {
    this.marks = mergedMarks(this.marks, history.marks ?? []);
    const spans = history.spans ?? [];
    const older = this.spans.filter((s) => !spans.length || s.from < spans[0].from);
    this.spans = [...older, ...spans];
  }

  /** @param {string[]} columns */
  #expect(columns) {
    this.#order = columns;
    this.#row = new Float64Array(columns.length);
  }

  /** Takes in one frame. @param {Frame} frame @returns {boolean} whether a chart changed */
  apply(frame) {
    switch (frame.type) {
      case "hello":
        this.everyMs = frame.every_ms || this.everyMs;
        this.#expect(frame.columns);
        return false;
      case "reading":
        return this.#reading(frame.t, frame.gen, frame.v);
      case "gap": // a reading of nothing lifts the pen and is hatched
        return this.#reading((frame.from + frame.to) / 2, NaN, []);
      case "mark":
        if (this.marks.some((m) => m.id === frame.mark.id)) return false;
        this.marks = mergedMarks(this.marks, [frame.mark]);
        this.spans = carriedOn(this.spans, frame.mark);
        return true;
    }
    return false;
  }

  /** @param {number} t @param {number} gen @param {(number | null)[]} values */
  #reading(t, gen, values) {
    if (!this.fine.push(t, gen, (name) => values[this.#order.indexOf(name)] ?? NaN)) return false;
    const { fine } = this;
    fine.names.forEach((name, i) => { this.#row[i] = fine.column(name)?.[fine.end - 1] ?? NaN; });
    this.#folder.add(this.coarse, t, gen, this.#row);
    return true;
  }

  /** The ring that serves a stretch of time, and how far apart its readings are.
   * @param {number} from Unix ms @param {number} spanMs */
  ringFor(from, spanMs) {
    const reachesBack = this.fine.oldest <= from + COARSE_MS || !(this.coarse.oldest < this.fine.oldest);
    const useFine = this.coarse.size === 0 || (spanMs <= FINE_SPAN_MS && reachesBack);
    return useFine ? { ring: this.fine, everyMs: this.everyMs } : { ring: this.coarse, everyMs: COARSE_MS };
  }

  /** The newest known value of a column, NaN while the process is down. @param {string} column */
  latest(column) {
    return this.fine.size ? this.fine.column(column)?.[this.fine.end - 1] ?? NaN : NaN;
  }
}
