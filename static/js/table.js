// @ts-check
import { make, one, write } from "./dom.js";
import { clockTime, figure, joined } from "./format.js";

/** @typedef {import("./charts.js").Shown} Shown */

const ROWS = 60;
const EVERY_MS = 2000;
let writtenMs = -Infinity;
let wasWritten = "";
const COLUMNS = [
  ["floor", "floor"], ["in_use", "in use"], ["goal", "GC goal"], ["rss", "RSS"], ["alloc_bytes_per_s", "allocated"],
  ["gc_per_s", "GC cycles"], ["gc_cpu", "GC CPU"], ["goroutines", "goroutines"], ["in_flight", "in flight"],
  ["requests_per_s", "answered"], ["latency_p99_s", "p99"], ["errors_per_s", "failed"],
];

/** Evenly spaced indices of [low, high), newest first.
 * @param {number} low @param {number} high @param {number} rows at most this many */
export function sampled(low, high, rows) {
  const step = Math.max(1, Math.ceil((high - low) / rows));
  const found = [];
  for (let i = high - 1; i >= low; i -= step) found.push(i);
  return found;
}

/** Writes the visible window as a table: while it moves on by itself, no more
 * often than it can be read.
 * @param {Shown} shown @param {number} zone minutes east of UTC @param {number} nowMs */
export function table({ ring, low, high, everyMs, from, to }, zone, nowMs) {
  const span = String(Math.round(to - from));
  if (span === wasWritten && nowMs - writtenMs < EVERY_MS) return;
  [wasWritten, writtenMs] = [span, nowMs];
  const present = COLUMNS.filter(([column]) => ring.column(column));
  const head = make("tr", {}, make("th", { scope: "col" }, "time"), ...present.map(([, name]) => make("th", { scope: "col", class: "n" }, name)));
  const rows = sampled(low, high, ROWS);
  const body = rows.map((i) => make("tr", {},
    make("th", { scope: "row" }, clockTime(ring.t[i], zone)),
    ...present.map(([column]) => make("td", { class: "n" }, joined(figure(column, ring.column(column)?.[i]))))));
  one("[data-table-head]").replaceChildren(head);
  one("[data-table-body]").replaceChildren(...body);
  const apart = rows.length > 1 ? ((ring.t[rows[0]] - ring.t[rows[1]]) / 1000).toPrecision(2) : String(everyMs / 1000);
  write(one("[data-table-note]"), `${rows.length} of ${high - low} readings, one every ${Number(apart)} s, newest first`);
}
