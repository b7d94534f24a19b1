// @ts-check
// What is drawn in which strip. Readouts beside a strip come from the page;
// the order of lines here is from back to front.

/**
 * @typedef {object} Line
 * @property {string} column
 * @property {string} colour a token without its dashes
 * @property {number} width at the default type size
 * @property {number[]} [dash]
 * @property {boolean} [right] on the second axis
 * @property {number} [factor] a change of unit: 100 for a share in percent
 */

/**
 * @typedef {object} Strip
 * @property {{kind: "bytes" | "seconds" | "plain", unit: string, least: number}} left
 * @property {{kind: "bytes" | "seconds" | "plain", unit: string, least: number}} [right]
 * @property {Line[]} lines
 * @property {boolean} [memory] floor, sawtooth, limit and labels at the line ends
 * @property {Line[]} [guides] lines that no axis makes room for
 * @property {string[]} [failures] columns stacked as blocks on the baseline
 */

const SECOND = [6, 3];
const THIRD = [1.5, 3];

/** @type {Record<string, Strip>} */
export const STRIPS = {
  memory: {
    memory: true,
    left: { kind: "bytes", unit: "", least: 1e6 },
    guides: [{ column: "gomemlimit", colour: "c-limit", width: 1.25, dash: [2, 4] }],
    lines: [
      { column: "rss", colour: "c-rss", width: 1.75, dash: SECOND },
      { column: "goal", colour: "c-goal", width: 1.5, dash: THIRD },
      { column: "in_use", colour: "c-use", width: 1.25 },
      { column: "floor", colour: "c-floor", width: 3 },
    ],
  },
  alloc: {
    left: { kind: "bytes", unit: "/s", least: 1e3 },
    right: { kind: "plain", unit: "/s", least: 100 },
    lines: [
      { column: "alloc_objects_per_s", colour: "c-b", width: 1.5, dash: SECOND, right: true },
      { column: "alloc_bytes_per_s", colour: "c-a", width: 2 },
    ],
  },
  gc: {
    left: { kind: "plain", unit: "per s, %", least: 2 },
    right: { kind: "seconds", unit: "", least: 1e-4 },
    lines: [
      { column: "pause_max_s", colour: "c-c", width: 1.5, dash: THIRD, right: true },
      { column: "gc_cpu", colour: "c-b", width: 1.5, dash: SECOND, factor: 100 },
      { column: "gc_per_s", colour: "c-a", width: 2 },
    ],
  },
  goroutines: {
    left: { kind: "plain", unit: "", least: 10 },
    lines: [
      { column: "in_flight", colour: "c-b", width: 1.5, dash: SECOND },
      { column: "goroutines", colour: "c-a", width: 2 },
    ],
  },
  requests: {
    left: { kind: "plain", unit: "per s", least: 10 },
    right: { kind: "seconds", unit: "", least: 1e-3 },
    failures: ["errors_per_s", "wrong_per_s"],
    lines: [
      { column: "latency_p50_s", colour: "c-c", width: 1.5, dash: THIRD, right: true },
      { column: "latency_p99_s", colour: "c-b", width: 1.5, dash: SECOND, right: true },
      { column: "requests_per_s", colour: "c-a", width: 2 },
    ],
  },
};
