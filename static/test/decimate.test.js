import assert from "node:assert/strict";
import { test } from "node:test";
import { largest, Path, trace } from "../js/decimate.js";

const times = (t, gen = t.map(() => 1)) => ({ t: Float64Array.from(t), gen: Float64Array.from(gen) });
const drawn = (ts, values, grid) => {
  const path = new Path();
  trace(path, ts, Float64Array.from(values), 0, values.length, grid);
  return Array.from({ length: path.size }, (_, i) => (Number.isNaN(path.x[i]) ? null : [path.x[i], path.y[i]]));
};

test("readings that have a pixel each are drawn as they are", () => {
  assert.deepEqual(drawn(times([0, 10, 20]), [1, 2, 3], { from: 0, msPerPx: 5, gapMs: 100 }), [[0, 1], [2, 2], [4, 3]]);
});

test("a pixel column keeps first, extremes and last in their order", () => {
  const got = drawn(times([0, 1, 2, 3, 4, 5]), [5, 9, 4, 1, 7, 6], { from: 0, msPerPx: 10, gapMs: 100 });
  assert.deepEqual(got.map(([, y]) => y), [5, 9, 1, 6]);
});

test("a spike among 36 000 readings is never lost", () => {
  const n = 36_000, values = new Float64Array(n).fill(3);
  values[17_321] = 800;
  const got = drawn(times(Array.from({ length: n }, (_, i) => i * 100)), values, { from: 0, msPerPx: 3_600_000 / 900, gapMs: 300 });
  assert.ok(got.some(([, y]) => y === 800));
  assert.ok(got.length <= 4 * 901, `${got.length} vertices for 900 columns`);
});

test("unknown values, silences and restarts lift the pen", () => {
  const grid = { from: 0, msPerPx: 10, gapMs: 30 };
  assert.deepEqual(drawn(times([0, 10, 20, 30]), [1, NaN, 3, 4], grid), [[0, 1], null, [2, 3], [3, 4]]);
  assert.deepEqual(drawn(times([0, 10, 50]), [1, 2, 3], grid), [[0, 1], [1, 2], null, [5, 3]]);
  assert.deepEqual(drawn(times([0, 10, 20], [1, 1, 2]), [1, 2, 3], grid), [[0, 1], [1, 2], null, [2, 3]]);
});

test("a moving window does not change what a column keeps", () => {
  const t = Array.from({ length: 300 }, (_, i) => i * 100), values = t.map((_, i) => (i * 7919) % 101);
  const shape = (from) => drawn(times(t), values, { from, msPerPx: 700, gapMs: 300 }).map(([, y]) => y);
  assert.deepEqual(shape(0), shape(350));
});

test("the largest value ignores what is unknown", () => {
  assert.equal(largest(Float64Array.from([1, NaN, 7, 3]), 0, 4), 7);
  assert.equal(largest(Float64Array.from([NaN]), 0, 1), 0);
});

test("a tick of 4 charts with 2 lines of 36 000 points stays within 6 ms", () => {
  const n = 36_000, ts = times(Array.from({ length: n }, (_, i) => i * 100));
  const v = Float64Array.from({ length: n }, (_, i) => Math.sin(i) * 50);
  const path = new Path();
  const tick = () => {
    const start = performance.now();
    for (let line = 0; line < 8; line++) trace(path, ts, v, 0, n, { from: 0, msPerPx: 4000, gapMs: 300 });
    return performance.now() - start;
  };
  const best = Math.min(...Array.from({ length: 20 }, tick)); // the fastest: other work may share the core
  assert.ok(path.size > 900, "the trace must have drawn");
  assert.ok(best <= 6, `${best.toFixed(2)} ms`);
});
