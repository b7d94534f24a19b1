// @ts-check
import { joins } from "./decimate.js";

/** @typedef {import("./ring.js").Ring} Ring */

// The floor is measured once per GC cycle, so its line goes straight from
// cycle to cycle: of all readings only those that saw a new cycle are
// points of it. One buffer, reused for every frame.
const points = {
  t: new Float64Array(1024),
  /** Which unbroken stretch a point belongs to. */
  gen: new Float64Array(1024),
  v: new Float64Array(1024),
  size: 0,
  /** @type {number[]} until when stretch i was watched */
  ends: [],
};

function grow() {
  for (const key of /** @type {const} */ (["t", "gen", "v"])) {
    const larger = new Float64Array(2 * points[key].length);
    larger.set(points[key]);
    points[key] = larger;
  }
}

/** The floor's points over [low, high). The result is valid until the next call.
 * @param {Ring} ring @param {number} low @param {number} high @param {number} gapMs */
export function cyclePoints(ring, low, high, gapMs) {
  const floor = ring.column("floor");
  const seen = ring.column("gc_cycles") ?? floor;
  points.size = 0;
  points.ends = [];
  if (!floor || !seen) return points;
  let open = false;
  for (let i = low; i < high; i++) {
    if (Number.isNaN(floor[i])) {
      open = false;
      continue;
    }
    const starts = !open || !joins(ring, i, gapMs);
    if (starts) points.ends.push(0);
    if (starts || seen[i] !== seen[i - 1]) {
      if (points.size === points.t.length) grow();
      points.t[points.size] = ring.t[i];
      points.gen[points.size] = points.ends.length - 1;
      points.v[points.size++] = floor[i];
    }
    points.ends[points.ends.length - 1] = ring.t[i];
    open = true;
  }
  return points;
}

let flags = new Uint8Array(1024);

/** How many teeth wide the stretch is over which their pace is measured; a
 * rate over one second alone would flicker between none and one. */
const TEETH = 8;

/** Which readings of [low, high) lie where the teeth of the sawtooth are too
 * close to be drawn, or too fast to have been seen: flag i - low. Valid until
 * the next call.
 * @param {Ring} ring @param {number} low @param {number} high
 * @param {number} msPerPx @param {number} everyMs */
export function crowded(ring, low, high, msPerPx, everyMs) {
  if (flags.length < high - low) flags = new Uint8Array(2 * (high - low));
  const cycles = ring.column("gc_cycles");
  const toothMs = Math.max(4 * msPerPx, 4 * everyMs);
  let on = false, a = low, b = low;
  for (let i = low; i < high; i++) {
    const { t, gen } = ring;
    while (a < i && (t[i] - t[a] > (TEETH / 2) * toothMs || gen[a] !== gen[i])) a++;
    b = Math.max(b, i);
    while (b + 1 < high && t[b + 1] - t[i] <= (TEETH / 2) * toothMs && gen[b + 1] === gen[i]) b++;
    const teeth = cycles && b > a ? ((cycles[b] - cycles[a]) * toothMs) / (t[b] - t[a]) : 0;
    on = on ? teeth > 0.7 : teeth > 1; // apart, so that a pace on the edge does not flicker
    flags[i - low] = on ? 1 : 0;
  }
  return flags;
}
