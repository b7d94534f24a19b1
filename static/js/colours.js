// @ts-check

const TOKENS = [
  "c-floor", "c-use", "c-use-fill", "c-goal", "c-rss", "c-limit", "c-a", "c-b", "c-c", "c-grid", "c-axis",
  "c-gap", "ink", "ink-2", "panel", "fault", "accent", "accent-wash", "edge",
];

/** The used value of every token a canvas needs. Tokens are light-dark()
 * pairs, which only a laid-out element resolves.
 * @returns {Record<string, string>} */
export function colours() {
  const probe = document.createElement("i");
  document.body.append(probe);
  const used = getComputedStyle(probe);
  /** @type {Record<string, string>} */
  const resolved = {};
  for (const token of TOKENS) {
    probe.style.color = `var(--${token})`;
    resolved[token] = used.color;
  }
  probe.remove();
  return resolved;
}

/** A hatch in one colour, 45 degrees, for what is not known.
 * @param {CanvasRenderingContext2D} ctx @param {string} colour @param {number} gap px between lines */
export function hatch(ctx, colour, gap) {
  const size = Math.round(gap * devicePixelRatio);
  const tile = document.createElement("canvas");
  tile.width = tile.height = size;
  const pen = /** @type {CanvasRenderingContext2D} */ (tile.getContext("2d"));
  pen.strokeStyle = colour;
  pen.lineWidth = devicePixelRatio;
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift, size);
    pen.lineTo(shift + size, 0);
  }
  pen.stroke();
  const pattern = /** @type {CanvasPattern} */ (ctx.createPattern(tile, "repeat"));
  pattern.setTransform(new DOMMatrix().scale(1 / devicePixelRatio));
  return pattern;
}
