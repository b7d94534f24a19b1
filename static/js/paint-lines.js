// @ts-check
import { crowded, cyclePoints } from "./cycles.js";
import { Path, trace } from "./decimate.js";

/** @typedef {import("./paint.js").Scene} Scene */
/** @typedef {import("./scale.js").Axis} Axis */
/** @typedef {import("./strips.js").Line} Line */

const path = new Path();
const under = new Path();
let scratch = new Float64Array(1024);
let scratchLow = new Float64Array(1024);

/** @param {Scene} scene @param {Line} line @param {Axis} axis */
export function paintLine(scene, line, axis) {
  const v = scene.ring.column(line.column);
  if (!v) return;
  trace(path, scene.ring, v, scene.low, scene.high, scene);
  pen(scene, line);
  stroke(scene, path, axis, line.factor ?? 1);
}

/** @param {Scene} scene @param {{colour: string, width: number, dash?: number[]}} line */
function pen({ ctx, colours, weight }, line) {
  ctx.strokeStyle = colours[line.colour];
  ctx.lineWidth = line.width * weight;
  ctx.setLineDash((line.dash ?? []).map((d) => d * weight));
}

/** @param {Scene} scene @param {Path} path @param {Axis} axis @param {number} [factor] */
function stroke({ ctx, left, y }, path, axis, factor = 1) {
  ctx.beginPath();
  let up = true;
  for (let i = 0; i < path.size; i++) {
    if (Number.isNaN(path.x[i])) {
      up = true;
      continue;
    }
    const x = left + path.x[i], yy = y(path.y[i] * factor, axis);
    if (up) {
      ctx.moveTo(x, yy);
      if (i + 1 === path.size || Number.isNaN(path.x[i + 1])) ctx.lineTo(x + 1, yy); // alone, yet seen
    } else ctx.lineTo(x, yy);
    up = false;
  }
  ctx.stroke();
  ctx.setLineDash([]);
}

/** Fills between two paths whose pens lift at the same places; without the
 * second, down to the baseline.
 * @param {Scene} scene @param {Path} upper @param {Path | null} lower @param {Axis} axis */
function fill({ ctx, left, bottom, y }, upper, lower, axis) {
  const tops = stretches(upper), bases = lower ? stretches(lower) : [];
  ctx.beginPath();
  tops.forEach(([from, to], n) => {
    for (let i = from; i < to; i++) ctx.lineTo(left + upper.x[i], y(upper.y[i], axis));
    const base = bases[n];
    if (lower && base) for (let i = base[1] - 1; i >= base[0]; i--) ctx.lineTo(left + lower.x[i], y(lower.y[i], axis));
    else {
      ctx.lineTo(left + upper.x[to - 1], bottom);
      ctx.lineTo(left + upper.x[from], bottom);
    }
    ctx.closePath();
    const next = tops[n + 1];
    if (next) ctx.moveTo(left + upper.x[next[0]], y(upper.y[next[0]], axis));
  });
  ctx.fill();
}

/** @param {Path} path @returns {[number, number][]} index ranges between lifts */
function stretches(path) {
  /** @type {[number, number][]} */
  const found = [];
  let from = 0;
  for (let i = 0; i <= path.size; i++) {
    if (i < path.size && !Number.isNaN(path.x[i])) continue;
    if (i > from) found.push([from, i]);
    from = i + 1;
  }
  return found;
}

/** In use and its goal: a sawtooth where teeth can be told apart, else a
 * band from floor to goal; never aliased noise.
 * @param {Scene} scene @param {Line} goalLine @param {Line} useLine @param {Axis} axis */
export function paintSawtooth(scene, goalLine, useLine, axis) {
  const { ctx, colours, ring, low, high } = scene;
  const use = ring.column("in_use"), goal = ring.column("goal"), floor = ring.column("floor");
  if (!use) return;
  const dense = goal && floor ? crowded(ring, low, high, scene.msPerPx, scene.everyMs) : null;
  if (scratch.length < ring.t.length) {
    scratch = new Float64Array(ring.t.length);
    scratchLow = new Float64Array(ring.t.length);
  }
  const select = (/** @type {Float64Array} */ into, /** @type {(i: number, dense: boolean) => number} */ pick) => {
    for (let i = low; i < high; i++) into[i] = pick(i, dense !== null && dense[i - low] === 1);
  };

  select(scratch, (i, d) => (d && floor ? floor[i] : use[i]));
  trace(path, ring, scratch, low, high, scene);
  ctx.fillStyle = colours["c-use-fill"];
  fill(scene, path, null, axis);

  if (goal && floor) {
    const both = (/** @type {number} */ i) => !Number.isNaN(goal[i]) && !Number.isNaN(floor[i]);
    select(scratch, (i, d) => (d && both(i) ? goal[i] : NaN));
    select(scratchLow, (i, d) => (d && both(i) ? floor[i] : NaN));
    trace(path, ring, scratch, low, high, scene);
    trace(under, ring, scratchLow, low, high, scene);
    ctx.fillStyle = colours["c-use"];
    ctx.globalAlpha = 0.35;
    fill(scene, path, under, axis);
    ctx.globalAlpha = 1;
    select(scratch, (i, d) => (d ? NaN : goal[i]));
    trace(path, ring, scratch, low, high, scene);
    pen(scene, goalLine);
    stroke(scene, path, axis);
  }

  select(scratch, (i, d) => (d ? NaN : use[i]));
  trace(path, ring, scratch, low, high, scene);
  pen(scene, useLine);
  stroke(scene, path, axis);
}

const DOTS_APART_PX = 6;

/** The floor: straight from cycle to cycle over a halo, a dot per cycle
 * where they can be told apart, and a thin tail where it is not measured yet.
 * @param {Scene} scene @param {Line} line @param {Axis} axis */
export function paintFloor(scene, line, axis) {
  const { ctx, colours, weight, left, from, msPerPx, y } = scene;
  const points = cyclePoints(scene.ring, scene.low, scene.high, scene.gapMs);
  trace(path, points, points.v, 0, points.size, { from, msPerPx, gapMs: Infinity });
  pen(scene, { ...line, colour: "panel", width: line.width + 2.5 });
  stroke(scene, path, axis);
  pen(scene, line);
  stroke(scene, path, axis);

  const x = (/** @type {number} */ t) => left + (t - from) / msPerPx;
  ctx.fillStyle = colours[line.colour];
  for (let i = 0; i < points.size; i++) {
    if (i > 0 && points.gen[i] === points.gen[i - 1] && x(points.t[i]) - x(points.t[i - 1]) <= DOTS_APART_PX) continue;
    ctx.beginPath();
    ctx.arc(x(points.t[i]), y(points.v[i], axis), 3 * weight, 0, 2 * Math.PI);
    ctx.fill();
  }
  pen(scene, { ...line, width: 1.5, dash: [2, 3] });
  ctx.beginPath();
  for (let i = 0; i < points.size; i++) {
    if (i + 1 < points.size && points.gen[i + 1] === points.gen[i]) continue;
    ctx.moveTo(x(points.t[i]), y(points.v[i], axis));
    ctx.lineTo(x(points.ends[points.gen[i]]), y(points.v[i], axis));
  }
  ctx.stroke();
  ctx.setLineDash([]);
}
