// @ts-check
import { lastKnown } from "./decimate.js";
import { figure, joined } from "./format.js";
import { isTick } from "./marks.js";

/** @typedef {import("./paint.js").Scene} Scene */
/** @typedef {import("./scale.js").Axis} Axis */
/** @typedef {import("./strips.js").Strip} Strip */

/** Colour, width and dash of the line a kind of mark draws through every strip. */
/** @type {Record<string, [string, number, number[]]>} */
const PENS = {
  switch: ["accent", 1.5, []],
  crash: ["fault", 2, []],
  snapshot: ["edge", 1, [1, 3]],
  gc: ["edge", 1, [4, 3]],
};
/** @type {[string, number, number[]]} */
const OTHER = ["edge", 1, [6, 2, 1, 2]];

/** @param {Scene} scene @param {boolean} withTicks */
export function paintMarks(scene, withTicks) {
  const { ctx, colours, height, bottom } = scene;
  for (const m of scene.marks) {
    const x = Math.round(scene.x(m.t)) + 0.5;
    if (x < scene.left || x > scene.right || (isTick(m) && !withTicks)) continue;
    const [colour, width, dash] = PENS[m.kind] ?? OTHER;
    ctx.strokeStyle = colours[colour];
    ctx.lineWidth = isTick(m) ? 1 : width;
    ctx.setLineDash(isTick(m) ? [] : dash);
    ctx.beginPath();
    ctx.moveTo(x, isTick(m) ? bottom : 0);
    ctx.lineTo(x, isTick(m) ? bottom + 4 : height);
    ctx.stroke();
  }
  ctx.setLineDash([]);
}

/** What is not known is hatched. @param {Scene} scene */
export function paintGaps({ ctx, gaps, gapHatch, x, left, right, height }) {
  ctx.fillStyle = gapHatch;
  for (const [a, b] of gaps) {
    const from = Math.max(left, x(a)), to = Math.min(right, x(b));
    if (to > from) ctx.fillRect(from, 0, to - from, height);
  }
}

/** The limit, and a hatch above it: nothing lives there.
 * @param {Scene} scene @param {Axis} axis */
export function paintLimit(scene, axis) {
  const { ctx, colours, limitHatch, left, right, limit } = scene;
  const y = scene.y(limit, axis);
  ctx.globalAlpha = 0.22;
  ctx.fillStyle = limitHatch;
  ctx.fillRect(left, 0, right - left, y);
  ctx.globalAlpha = 1;
  ctx.strokeStyle = colours["c-limit"];
  ctx.lineWidth = 2;
  ctx.setLineDash([12, 3, 2, 3]);
  ctx.beginPath();
  ctx.moveTo(left, y);
  ctx.lineTo(right, y);
  ctx.stroke();
  ctx.setLineDash([]);
}

/** Says the limit under its line, or at the top edge when it is far above.
 * @param {Scene} scene @param {Axis} axis @param {boolean} inSight */
export function paintLimitLabel(scene, axis, inSight) {
  const words = `limit ${joined(figure("limit", scene.limit))}${inSight ? "" : " ↑"}`;
  const y = inSight ? scene.y(scene.limit, axis) + scene.type : scene.top + scene.type * 0.1;
  const inset = inSight ? 6 : scene.type * 3.2;
  say(scene, words, scene.left + inset, y, "c-limit");
}

/** Names a guide under its line, where that is in sight.
 * @param {Scene} scene @param {import("./strips.js").Line} line @param {Axis} axis */
export function paintGuideLabel(scene, { column, colour }, axis) {
  const v = lastKnown(scene.ring.column(column) ?? new Float64Array(), scene.low, scene.high);
  if (v <= axis.top) say(scene, `${column.toUpperCase()} ${joined(figure(column, v))}`, scene.left + 6, scene.y(v, axis) + scene.type, colour);
}

/** @param {Scene} scene @param {string} words @param {number} x @param {number} y @param {string} colour */
function say({ ctx, colours, type, font }, words, x, y, colour) {
  ctx.font = font(600);
  ctx.textAlign = "left";
  ctx.fillStyle = colours.panel;
  ctx.globalAlpha = 0.88;
  ctx.fillRect(x - 3, y - type * 0.7, ctx.measureText(words).width + 6, type * 1.4);
  ctx.globalAlpha = 1;
  ctx.fillStyle = colours[colour];
  ctx.fillText(words, x, y);
  ctx.font = font(400);
}

const ENDS = [["rss", "RSS", "c-rss"], ["in_use", "in use", "ink-2"], ["floor", "floor", "c-floor"]];

/** Names at the ends of the lines, kept apart, so that nobody in the last
 * row needs the legend. @param {Scene} scene @param {Axis} axis */
export function paintEnds(scene, axis) {
  const { ctx, colours, ring, high, low, right, type, bottom } = scene;
  const wanted = ENDS.flatMap(([column, words, colour]) => {
    const v = high > low ? ring.column(column)?.[high - 1] ?? NaN : NaN;
    return Number.isNaN(v) ? [] : [{ words, colour, y: scene.y(v, axis) }];
  }).sort((a, b) => a.y - b.y);
  const apart = type * 1.15;
  wanted.forEach((w, i) => { if (i) w.y = Math.max(w.y, wanted[i - 1].y + apart); });
  for (let i = wanted.length - 1, floor = bottom; i >= 0; i--, floor -= apart) wanted[i].y = Math.min(wanted[i].y, floor);
  ctx.font = scene.font(600);
  ctx.textAlign = "left";
  for (const { words, colour, y } of wanted) {
    ctx.fillStyle = colours[colour];
    ctx.fillText(words, right + 6, y);
  }
  ctx.font = scene.font(400);
}

/** Failures stand on the baseline as solid blocks.
 * @param {Scene} scene @param {string[]} columns @param {Axis} axis */
export function paintFailures(scene, columns, axis) {
  const { ctx, colours, ring, low, high, msPerPx, everyMs, bottom } = scene;
  const rates = columns.flatMap((c) => ring.column(c) ?? []);
  const width = Math.max(1.5, everyMs / msPerPx + 0.5);
  ctx.fillStyle = colours.fault;
  for (let i = low; i < high; i++) {
    let failed = 0;
    for (const r of rates) if (r[i] > 0) failed += r[i];
    if (failed > 0) {
      const y = Math.min(bottom - 3, scene.y(failed, axis));
      ctx.fillRect(scene.x(ring.t[i]) - width, y, width, bottom - y);
    }
  }
}

/** One hairline through all strips, hollow dots on the lines.
 * @param {Scene} scene @param {Strip} strip @param {{left: Axis, right: Axis | null}} axes */
export function paintCursor(scene, strip, axes) {
  const { ctx, colours, ring, height, cursor, weight } = scene;
  if (cursor === null) return;
  const x = Math.round(scene.x(cursor)) + 0.5;
  if (x < scene.left || x > scene.right + 1) return;
  ctx.strokeStyle = colours.ink;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(x, 0);
  ctx.lineTo(x, height);
  ctx.stroke();
  const i = ring.nearest(cursor);
  for (const line of strip.lines) {
    const v = ring.column(line.column)?.[i] ?? NaN;
    const axis = line.right ? axes.right : axes.left;
    if (Number.isNaN(v) || !axis) continue;
    ctx.beginPath();
    ctx.arc(x, scene.y(v * (line.factor ?? 1), axis), 3.5 * weight, 0, 2 * Math.PI);
    ctx.fillStyle = colours.panel;
    ctx.fill();
    ctx.strokeStyle = colours[line.colour];
    ctx.lineWidth = 2;
    ctx.stroke();
  }
}

/** A range being dragged. @param {Scene} scene */
export function paintDrag({ ctx, colours, drag, x, height }) {
  if (!drag) return;
  const a = x(drag.from), b = x(drag.to);
  ctx.fillStyle = colours.accent;
  ctx.globalAlpha = 0.1;
  ctx.fillRect(a, 0, b - a, height);
  ctx.globalAlpha = 1;
  ctx.fillRect(a, 0, 1.5, height);
  ctx.fillRect(b, 0, 1.5, height);
}
