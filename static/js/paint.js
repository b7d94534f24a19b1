// @ts-check
import { chooseAxes, paintAxes } from "./axis.js";
import { paintFloor, paintLine, paintSawtooth } from "./paint-lines.js";
import { paintCursor, paintDrag, paintEnds, paintFailures, paintGaps, paintLimit, paintGuideLabel, paintLimitLabel, paintMarks } from "./paint-marks.js";

/** @typedef {import("./axis.js").Axes} Axes */
/** @typedef {import("./scale.js").Axis} Axis */

/**
 * Everything one strip needs to be drawn: what is shown, and where. Lengths
 * are CSS px inside the canvas, times Unix ms.
 * @typedef {object} Scene
 * @property {CanvasRenderingContext2D} ctx
 * @property {Record<string, string>} colours
 * @property {CanvasPattern} gapHatch
 * @property {CanvasPattern} limitHatch
 * @property {(weight: number) => string} font
 * @property {number} type size of the chart's type
 * @property {number} weight line weights grow with the type, for the room
 * @property {number} height
 * @property {number} left
 * @property {number} right
 * @property {number} top
 * @property {number} bottom
 * @property {number} from
 * @property {number} to
 * @property {number} msPerPx
 * @property {number} everyMs
 * @property {number} gapMs
 * @property {import("./ring.js").Ring} ring
 * @property {number} low first index drawn
 * @property {number} high one past the last
 * @property {number} limit NaN when there is none
 * @property {import("../wire.js").Mark[]} marks
 * @property {[number, number][]} gaps
 * @property {number | null} cursor
 * @property {{from: number, to: number} | null} drag
 * @property {(t: number) => number} x
 * @property {(v: number, axis: Axis) => number} y
 */

/** Draws one strip and returns the axes it settled on.
 * @param {import("./strips.js").Strip} strip @param {Scene} scene @param {Axes} previous */
export function paint(strip, scene, previous) {
  const { ctx } = scene;
  const axes = chooseAxes(strip, scene, previous);
  ctx.font = scene.font(400);
  ctx.textBaseline = "middle";
  ctx.lineJoin = "round";
  paintAxes(scene, strip, axes);
  paintGaps(scene);
  const limited = strip.memory && !Number.isNaN(scene.limit);
  const inSight = scene.limit <= axes.left.top;
  if (limited && inSight) paintLimit(scene, axes.left);
  paintMarks(scene, Boolean(strip.memory));
  clipped(scene, () => paintData(strip, scene, axes));
  for (const line of strip.guides ?? []) paintGuideLabel(scene, line, axes.left);
  if (limited) paintLimitLabel(scene, axes.left, inSight);
  if (strip.memory) paintEnds(scene, axes.left);
  paintDrag(scene);
  paintCursor(scene, strip, axes);
  return axes;
}

/** @param {import("./strips.js").Strip} strip @param {Scene} scene @param {{left: Axis, right: Axis | null}} axes */
function paintData(strip, scene, axes) {
  if (!strip.memory) {
    for (const line of strip.lines) paintLine(scene, line, (line.right && axes.right) || axes.left);
    if (strip.failures) paintFailures(scene, strip.failures, axes.left);
    return;
  }
  for (const line of strip.guides ?? []) paintLine(scene, line, axes.left);
  const [rss, goal, use, floor] = strip.lines;
  paintLine(scene, rss, axes.left);
  paintSawtooth(scene, goal, use, axes.left);
  paintFloor(scene, floor, axes.left);
}

/** @param {Scene} scene @param {() => void} draw */
function clipped({ ctx, left, right, height }, draw) {
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, 0, right - left + 1, height);
  ctx.clip();
  draw();
  ctx.restore();
}
