// @ts-check
// What a picture of the charts has beside them: the lane and the legends.
import { all, one } from "./dom.js";
import { clockTime } from "./format.js";
import { chips, isTick } from "./marks.js";
import { timeStep } from "./scale.js";
import { ribbonText } from "./spans.js";
import { STRIPS } from "./strips.js";

/** @typedef {import("./charts.js").Shown} Shown */
/** @typedef {{shown: Shown, marks: import("../wire.js").Mark[], spans: import("../wire.js").Span[], zone: number}} Facts */
/** Where it is drawn, and in what; lengths in CSS px.
 * @typedef {{ctx: CanvasRenderingContext2D, used: Record<string, string>, type: number, font: (weight: number, size?: number) => string, gutter: number, width: number}} Sheet
 */

export const LANE = 5.2, PAD = 1.2; // in sizes of the chart's type

/** Time, what ran and what happened. @param {Sheet} sheet @param {Facts} facts */
export function lane({ ctx, used, type, font }, { shown, marks, spans, zone }) {
  const { from, to, left, right, x, msPerPx } = shown, shift = zone * 60_000, step = timeStep(msPerPx, type * 6.5);
  ctx.font = font(400);
  ctx.textAlign = "center";
  ctx.fillStyle = used["c-axis"];
  for (let t = Math.ceil((from + shift) / step) * step - shift; t <= to; t += step) ctx.fillText(clockTime(t, zone), x(t), type * 0.8);
  ctx.textAlign = "left";
  spans.forEach((span, i) => {
    const a = Math.max(left, x(span.from)), b = Math.min(right, x(span.to ?? to));
    if (b - a < 2) return;
    ctx.fillStyle = used["c-grid"];
    ctx.fillRect(a, type * 1.7, b - a - 1, type * 1.5);
    ctx.fillStyle = used["ink-2"];
    ctx.fillRect(a, type * 1.7, 2, type * 1.5);
    ctx.save();
    ctx.beginPath();
    ctx.rect(a, 0, b - a - 2, type * LANE);
    ctx.clip();
    ctx.fillStyle = used.ink;
    ctx.fillText(ribbonText(spans, i), a + type * 0.5, type * 2.45);
    ctx.restore();
  });
  const visible = marks.filter((m) => m.t >= from && m.t <= to && !isTick(m));
  for (const chip of chips(visible, x, type * 1.75)) glyph(ctx, used, chip.lead.kind, chip.x, type * 4.2, type);
}

/** The icon of a kind of mark, centred. @param {CanvasRenderingContext2D} ctx @param {Record<string, string>} used
 * @param {string} kind @param {number} x @param {number} y @param {number} size px */
function glyph(ctx, used, kind, x, y, size) {
  const d = (document.getElementById(`i-${kind}`) ?? document.getElementById("i-note"))?.querySelector("path")?.getAttribute("d");
  ctx.save();
  ctx.translate(x - size / 2, y - size / 2);
  ctx.scale(size / 16, size / 16);
  ctx.strokeStyle = kind === "crash" ? used.fault : kind === "switch" ? used.accent : used["ink-2"];
  ctx.lineWidth = 1.75;
  ctx.stroke(new Path2D(d ?? ""));
  ctx.restore();
}

/** @param {Sheet} sheet @param {number} y */
export function rule({ ctx, used, width }, y) {
  ctx.fillStyle = used["c-grid"];
  ctx.fillRect(0, Math.round(y), width, 1);
}

/** The readouts beside a strip, as they stand on the page.
 * @param {Sheet} sheet @param {HTMLCanvasElement} strip @param {number} y */
export function legend({ ctx, used, type, font, gutter }, strip, y) {
  const section = /** @type {HTMLElement} */ (strip.closest("section")), rows = all("[data-column]", section);
  const spec = STRIPS[strip.dataset.strip ?? ""], apart = type * 1.5;
  const lines = [...spec.lines, { column: "limit", colour: "c-limit", width: 2, dash: [9, 2, 1.5, 2] }];
  let at = y + (strip.clientHeight - apart * rows.length) / 2;
  ctx.textAlign = "left";
  ctx.fillStyle = used["ink-2"];
  ctx.font = font(600);
  ctx.fillText(one("h3", section).firstChild?.textContent?.trim() ?? "", PAD * type, at);
  for (const row of rows) {
    at += apart;
    const line = lines.find((l) => l.column === row.dataset.column);
    if (line) sample(ctx, used[line.colour], line, PAD * type, at, type * 1.8);
    ctx.fillStyle = used["ink-2"];
    ctx.font = font(400);
    ctx.fillText(one("span", row).textContent, type * 3.6, at);
    ctx.fillText(one("[data-unit]", row).textContent, gutter - type * 3.4, at);
    ctx.fillStyle = used.ink;
    ctx.font = font(600);
    ctx.textAlign = "right";
    ctx.fillText(one("[data-value]", row).textContent, gutter - type * 3.8, at);
    ctx.textAlign = "left";
  }
}

/** @param {CanvasRenderingContext2D} ctx @param {string} colour @param {{width: number, dash?: number[]}} line
 * @param {number} x @param {number} y @param {number} length */
function sample(ctx, colour, line, x, y, length) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = line.width;
  ctx.setLineDash(line.dash ?? []);
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(x + length, y);
  ctx.stroke();
  ctx.setLineDash([]);
}
