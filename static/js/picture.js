// @ts-check
import { colours } from "./colours.js";
import { all, make, one, target } from "./dom.js";
import { clockTime } from "./format.js";
import { LANE, lane, legend, PAD, rule } from "./picture-parts.js";

/** @typedef {import("./picture-parts.js").Facts} Facts */
/** @typedef {import("./picture-parts.js").Sheet} Sheet */

const GUTTER = 17; // in sizes of the chart's type
const KEPT_MS = 60_000; // a slow disk may still read what is being saved

/** Saves the charts as they are: title, what ran and happened, every strip with
 * its legend. The strips must have been drawn. @param {Facts} facts */
export async function save(facts) {
  const blob = /** @type {Blob | null} */ (await new Promise((done) => picture(facts).toBlob(done, "image/png")));
  if (!blob) throw new Error("the browser could not make a picture of the charts");
  const href = URL.createObjectURL(blob);
  const name = `leakline-${clockTime(facts.shown.to, facts.zone).replaceAll(":", "")}.png`;
  make("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), KEPT_MS);
}

/** @param {Facts} facts @returns {HTMLCanvasElement} */
export function picture(facts) {
  const { type } = facts.shown, strips = all("canvas[data-strip]"), ratio = devicePixelRatio;
  const gutter = type * GUTTER, width = gutter + strips[0].clientWidth;
  const sheet = document.createElement("canvas"), ctx = /** @type {CanvasRenderingContext2D} */ (sheet.getContext("2d"));
  const family = getComputedStyle(document.body).fontFamily, used = colours();
  const font = (/** @type {number} */ weight, size = 1) => `${weight} ${type * size}px ${family}`;
  /** @type {Sheet} */
  const on = { ctx, used, type, font, gutter, width };

  ctx.font = font(600, 1.4);
  const lines = wrapped(ctx, one("[data-verdict-text]")?.textContent ?? "", width - 2 * PAD * type);
  const head = type * (2 * PAD + 1.6 + 1.9 * lines.length), top = head + type * LANE;
  const height = strips.reduce((sum, s) => sum + s.clientHeight, top) + type * PAD;
  [sheet.width, sheet.height] = [Math.round(width * ratio), Math.round(height * ratio)];
  ctx.scale(ratio, ratio);
  ctx.fillStyle = used.panel;
  ctx.fillRect(0, 0, width, height);
  ctx.textBaseline = "middle";
  title(on, lines, facts);
  ctx.save();
  ctx.translate(gutter, head);
  lane(on, facts);
  ctx.restore();
  let y = top;
  for (const strip of strips) {
    rule(on, y);
    legend(on, strip, y);
    ctx.drawImage(strip, gutter, y, strip.clientWidth, strip.clientHeight);
    y += strip.clientHeight;
  }
  return sheet;
}

/** Breaks a sentence into lines that fit. @param {{measureText: (s: string) => {width: number}}} ctx
 * @param {string} text @param {number} width @returns {string[]} */
export function wrapped(ctx, text, width) {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.trim().split(/\s+/)) {
    const longer = lines.length ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length && ctx.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** The sentence above all, then which process it was, what ran, and when.
 * @param {Sheet} sheet @param {string[]} lines @param {Facts} facts */
function title({ ctx, used, type, font }, lines, { shown, zone }) {
  const x = PAD * type;
  ctx.fillStyle = used.ink;
  ctx.font = font(600, 1.4);
  lines.forEach((line, i) => ctx.fillText(line, x, type * (PAD + 0.8 + 1.9 * i)));
  ctx.fillStyle = used["ink-2"];
  ctx.font = font(400);
  const day = new Date(shown.to + zone * 60_000).toISOString().slice(0, 10);
  const words = [target(), one("[data-running]")?.textContent, `${day}, ${clockTime(shown.from, zone)} to ${clockTime(shown.to, zone)}`, "leakline"];
  ctx.fillText(words.filter(Boolean).join(" · "), x, type * (PAD + 0.8 + 1.9 * lines.length));
}
