// @ts-check
import { largest } from "./decimate.js";
import { HIGH } from "./history.js";
import { axis, axisUnit, besides, settle } from "./scale.js";

/** @typedef {import("./scale.js").Axis} Axis */
/** @typedef {import("./paint.js").Scene} Scene */
/** @typedef {import("./strips.js").Strip} Strip */

/** @typedef {{left: Axis | null, right: Axis | null}} Axes */

// A limit this far above everything else would press the lines flat; it is
// then named at the top edge instead of drawn.
const LIMIT_IN_SIGHT = 0.2;

/** Chooses both axes of a strip for what is visible, never below what they
 * were while the peak is still in sight.
 * @param {Strip} strip @param {Scene} scene @param {Axes} previous @returns {{left: Axis, right: Axis | null}} */
export function chooseAxes(strip, scene, previous) {
  const max = { left: 0, right: 0 };
  for (const line of strip.lines) {
    const side = line.right ? "right" : "left";
    max[side] = Math.max(max[side], peak(scene, line.column) * (line.factor ?? 1));
  }
  for (const column of strip.failures ?? []) max.left = Math.max(max.left, peak(scene, column));
  if (strip.memory && limitInSight(scene, max.left)) max.left = Math.max(max.left, scene.limit * 1.04);
  const left = settle(previous.left, axis(max.left, strip.left.least), max.left);
  if (!strip.right) return { left, right: null };
  const steps = Math.round(left.top / left.step);
  const fits = previous.right && Math.round(previous.right.top / previous.right.step) === steps;
  return { left, right: settle(fits ? previous.right : null, besides(max.right, strip.right.least, steps), max.right) };
}

/** @param {Scene} scene @param {number} max */
const limitInSight = (scene, max) => scene.limit <= max / LIMIT_IN_SIGHT;

/** @param {Scene} scene @param {string} column */
function peak({ ring, low, high }, column) {
  const v = ring.column(column + HIGH) ?? ring.column(column);
  return v ? largest(v, low, high) : 0;
}

/** Grid lines and labels; the unit stands once, at the top label.
 * @param {Scene} scene @param {Strip} strip @param {{left: Axis, right: Axis | null}} axes */
export function paintAxes(scene, strip, axes) {
  const { ctx, colours, left, right } = scene;
  const unit = axisUnit(strip.left.kind, axes.left.top);
  const steps = Math.round(axes.left.top / axes.left.step);
  for (let n = 0; n <= steps; n++) {
    const y = Math.round(scene.y((n / steps) * axes.left.top, axes.left)) + 0.5;
    ctx.strokeStyle = colours[n ? "c-grid" : "c-gap"];
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.moveTo(left, y);
    ctx.lineTo(right, y);
    ctx.stroke();
    ctx.fillStyle = colours["c-axis"];
    ctx.textAlign = "right";
    ctx.fillText(label((n * axes.left.step) / unit.size), left - 6, y);
    if (axes.right && strip.right) paintRightLabel(scene, strip, axes.right, n, y);
  }
  const words = `${unit.unit}${unit.unit && strip.left.kind === "plain" ? " " : ""}${strip.left.unit}`;
  if (words) paintUnit(scene, words, scene.top);
}

/** @param {Scene} scene @param {Strip} strip @param {Axis} axis @param {number} n @param {number} y */
function paintRightLabel({ ctx, right }, strip, axis, n, y) {
  const { kind, unit: suffix } = /** @type {NonNullable<Strip["right"]>} */ (strip.right);
  const unit = axisUnit(kind, axis.top);
  const isTop = n * axis.step > axis.top - axis.step / 2;
  ctx.textAlign = "left";
  const number = label((n * axis.step) / unit.size);
  ctx.fillText(isTop ? `${number}\u00a0${unit.unit}${suffix}` : number, right + 6, y);
}

/** @param {Scene} scene @param {string} words @param {number} y */
function paintUnit({ ctx, colours, left, type }, words, y) {
  ctx.textAlign = "left";
  ctx.fillStyle = colours.panel;
  ctx.fillRect(left + 1, y - type * 0.6, ctx.measureText(words).width + 8, type * 1.2);
  ctx.fillStyle = colours["c-axis"];
  ctx.fillText(words, left + 4, y + 0.5);
}

/** @param {number} v */
const label = (v) => String(Number(v.toPrecision(3)));
