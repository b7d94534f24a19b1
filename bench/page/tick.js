// Measures one tick of four charts of two series, 36 000 points each: a point
// is added to every series and all charts are drawn. The same numbers, the same
// size of canvas, the same page for both libraries.
import { colours, hatch } from "/static/js/colours.js";
import { paint } from "/static/js/paint.js";
import { Ring } from "/static/js/ring.js";
import { STRIPS } from "/static/js/strips.js";

const POINTS = 36_000, CHARTS = 4, WIDTH = 1000, HEIGHT = 150, EVERY_MS = 100, WARM = 20, TICKS = 200;
const names = ["goroutines", "in_flight"];
const main = document.querySelector("main");

/** A wave with noise, the same for everybody. */
function value(series, i) {
  return 500 + 400 * Math.sin(i / 900 + series) + 60 * (((i * 7919 + series * 104729) % 1000) / 1000);
}

/** Ours: the strip of goroutines as the live page draws it. @returns {() => void} one tick */
function ours() {
  const ring = new Ring(names, POINTS);
  let n = 0;
  const add = () => ring.push(EVERY_MS * ++n, 1, (_, series) => value(series, n));
  while (n < POINTS) add();
  const used = colours(), type = 12;
  const charts = Array.from({ length: CHARTS }, () => ({ ctx: canvas().getContext("2d"), axes: { left: null, right: null } }));
  const [left, right, top, bottom] = [50, WIDTH - 55, 11, HEIGHT - 10];
  return () => {
    add();
    const to = ring.newest, from = to - EVERY_MS * (POINTS - 1), msPerPx = (to - from) / (right - left);
    for (const chart of charts) {
      const { ctx } = chart;
      ctx.clearRect(0, 0, WIDTH, HEIGHT);
      chart.axes = paint(STRIPS.goroutines, {
        ctx, ring, from, to, left, right, top, bottom, msPerPx, type, height: HEIGHT, weight: 1,
        colours: used, gapHatch: hatch(ctx, used["c-gap"], 5), limitHatch: hatch(ctx, used.fault, 7),
        font: (weight) => `${weight} ${type}px sans-serif`, everyMs: EVERY_MS, gapMs: 3 * EVERY_MS,
        low: ring.start, high: ring.end, limit: NaN, marks: [], gaps: [], cursor: null, drag: null,
        x: (t) => left + (t - from) / msPerPx, y: (v, axis) => bottom - (v / axis.top) * (bottom - top),
      }, chart.axes);
    }
  };
}

function canvas() {
  const c = document.createElement("canvas");
  [c.width, c.height] = [WIDTH, HEIGHT];
  main.append(c);
  return c;
}

/** uPlot's own way to stream: shifted arrays and setData. @returns {() => void} one tick */
function uplot() {
  const data = [[], [], []];
  let n = 0;
  const add = () => {
    n++;
    data[0].push(n * EVERY_MS / 1000);
    names.forEach((_, series) => data[series + 1].push(value(series, n)));
    if (data[0].length > POINTS) for (const column of data) column.shift();
  };
  while (n < POINTS) add();
  const options = {
    width: WIDTH, height: HEIGHT, legend: { show: false }, cursor: { show: false },
    series: [{}, { stroke: "teal", width: 2 }, { stroke: "orange", width: 1.5, dash: [6, 3] }],
  };
  const charts = Array.from({ length: CHARTS }, () => new uPlot(options, data, main));
  return () => {
    add();
    for (const chart of charts) chart.setData(data);
  };
}

const settled = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

/** @param {() => void} tick @returns {Promise<{median: number, p95: number}>} ms of script */
async function timed(tick) {
  const took = [];
  for (let i = 0; i < WARM + TICKS; i++) {
    const begun = performance.now();
    tick();
    await null; // uPlot draws in a microtask
    if (i >= WARM) took.push(performance.now() - begun);
    await settled();
  }
  took.sort((a, b) => a - b);
  return { median: took[TICKS >> 1], p95: took[Math.floor(TICKS * 0.95)] };
}

/** @param {string} which */
globalThis.measure = async (which) => {
  main.replaceChildren();
  return timed({ ours, uplot }[which]());
};
