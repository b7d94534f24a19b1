// @ts-check
// Figures as text: three significant digits, unit after a no-break space,
// a dash for what is not known.

/** @typedef {{value: string, unit: string}} Figure */

/** @type {Figure} */
const UNKNOWN = { value: "–", unit: "" };
const NBSP = "\u00a0";
const MIB = 1 << 20;

/** @param {number} v at least 0 @returns {string} three significant digits, never an exponent */
export function significant(v) {
  if (v === 0) return "0";
  const rounded = Number(v.toPrecision(3));
  if (rounded >= 1000) return count(rounded);
  return rounded.toFixed(rounded >= 100 ? 0 : rounded >= 10 ? 1 : 2);
}

/** @param {number} v @returns {string} whole, thousands apart */
export function count(v) {
  return Math.round(v).toString().replace(/\B(?=(\d{3})+$)/g, NBSP);
}

/** The largest unit in which v is at least 1 after rounding.
 * @param {number} v @param {[number, string][]} units smallest first */
function inUnit(v, units) {
  const rounded = Number(v.toPrecision(3));
  let [size, unit] = units[0];
  for (const step of units) if (rounded >= step[0]) [size, unit] = step;
  return { value: significant(v / size), unit };
}

/** @type {[number, string][]} */
const BYTES = [[1, "B"], [1e3, "kB"], [1e6, "MB"], [1e9, "GB"]];
/** @type {[number, string][]} */
const SECONDS = [[1e-6, "µs"], [1e-3, "ms"], [1, "s"]];
/** @type {[number, string][]} */
const COUNTS = [[1, ""], [1e3, "k"], [1e6, "M"]];

/** @param {number} v */
export const bytes = (v) => (v < 1 ? { value: "0", unit: "B" } : inUnit(v, BYTES));

/** @param {number} v */
export const seconds = (v) => (v <= 0 ? { value: "0", unit: "s" } : inUnit(v, SECONDS));

/** A limit is written as it was set: 512 MiB, not 537 MB. @param {number} v */
function limit(v) {
  return v % MIB === 0 ? { value: count(v / MIB), unit: "MiB" } : bytes(v);
}

/** @param {Figure} f @param {string} suffix */
const per = (f, suffix) => ({ value: f.value, unit: f.unit + suffix });

/** @param {number} v */
function objectsPerSecond(v) {
  const f = v < 1000 ? { value: significant(v), unit: "" } : inUnit(v, COUNTS);
  return per(f, f.unit ? "/s" : " /s");
}

/** @type {Record<string, (v: number) => Figure>} */
const COLUMNS = {
  floor: bytes, in_use: bytes, goal: bytes, rss: bytes, limit, gomemlimit: limit,
  heap_free: bytes, heap_unused: bytes, stacks: bytes, runtime: bytes,
  alloc_bytes_per_s: (v) => per(bytes(v), "/s"),
  alloc_objects_per_s: objectsPerSecond,
  alloc_bytes_per_request: bytes,
  gc_per_s: (v) => ({ value: significant(v), unit: "/s" }),
  gc_cpu: (v) => ({ value: percent(v), unit: "%" }),
  assist_cpu: (v) => ({ value: percent(v), unit: "%" }),
  pause_max_s: seconds, pause_p50_s: seconds, pause_p99_s: seconds,
  latency_p50_s: seconds, latency_p99_s: seconds, copy_age_s: seconds,
  goroutines: (v) => ({ value: count(v), unit: "" }),
  in_flight: (v) => ({ value: count(v), unit: "" }),
  gc_cycles: (v) => ({ value: count(v), unit: "" }),
};

/** @param {number} share 0 to 1 @returns {string} one digit below 1 %, then three significant */
function percent(share) {
  const p = share * 100;
  return p < 1 ? p.toFixed(1) : significant(p);
}

/** What a column of the stream shows. @param {string} column @param {number | undefined} v @returns {Figure} */
export function figure(column, v) {
  if (v === undefined || Number.isNaN(v)) return UNKNOWN;
  return (COLUMNS[column] ?? ((x) => ({ value: significant(x), unit: "/s" })))(v);
}

/** @param {Figure} f */
export const joined = (f) => (f.unit ? `${f.value}${NBSP}${f.unit.trim()}` : f.value);

/** @param {number} ms Unix time @param {number} zone minutes east of UTC @returns {string} "14:03:40" */
export function clockTime(ms, zone) {
  return new Date(ms + zone * 60_000).toISOString().slice(11, 19);
}

/** @param {number} s @returns {string} "57 s", "3 m 28 s", "2 h 05 m" */
export function duration(s) {
  const whole = Math.max(0, Math.floor(s));
  const pad = (/** @type {number} */ n) => String(n).padStart(2, "0");
  if (whole < 60) return `${whole}${NBSP}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}${NBSP}m ${pad(whole % 60)}${NBSP}s`;
  return `${Math.floor(whole / 3600)}${NBSP}h ${pad(Math.floor(whole / 60) % 60)}${NBSP}m`;
}
