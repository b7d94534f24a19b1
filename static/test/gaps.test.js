import assert from "node:assert/strict";
import { test } from "node:test";
import { crowded, cyclePoints } from "../js/cycles.js";
import { gaps } from "../js/gaps.js";
import { Ring } from "../js/ring.js";

const ring = (rows, names = ["in_use"]) => {
  const r = new Ring(names, 1000);
  for (const [t, gen, ...values] of rows) r.push(t, gen, (_, i) => values[i]);
  return r;
};

test("no gap where readings come", () => {
  assert.deepEqual(gaps(ring([[0, 1, 5], [100, 1, 5], [200, 1, 5]]), "in_use", 0, 200, 300), []);
});

test("silence, restart and a process that is down are gaps", () => {
  assert.deepEqual(gaps(ring([[0, 1, 5], [900, 1, 5]]), "in_use", 0, 900, 300), [[0, 900]]);
  assert.deepEqual(gaps(ring([[0, 1, 5], [100, 2, 5]]), "in_use", 0, 100, 300), [[0, 100]]);
  assert.deepEqual(gaps(ring([[0, 1, 5], [100, 1, NaN], [200, 1, NaN], [300, 2, 5]]), "in_use", 0, 300, 300), [[0, 300]]);
});

test("a gap grows to the right edge while nothing comes", () => {
  assert.deepEqual(gaps(ring([[0, 1, 5], [100, 1, 5]]), "in_use", 0, 2000, 300), [[100, 2000]]);
  assert.deepEqual(gaps(ring([[0, 1, 5], [100, 1, NaN], [200, 1, NaN]]), "in_use", 0, 1000, 300), [[0, 1000]]);
});

test("what lies before the first reading is not a gap", () => {
  assert.deepEqual(gaps(ring([[5000, 1, 5], [5100, 1, 5]]), "in_use", 0, 5100, 300), []);
});

test("a column nobody sends leaves only the silences", () => {
  assert.deepEqual(gaps(ring([[0, 1, 5], [100, 1, 5], [900, 1, 5]]), "other", 0, 900, 300), [[100, 900]]);
});

test("the floor has a point per cycle, and none between", () => {
  const r = ring([[0, 1, 2, 7], [100, 1, 2, 7], [200, 1, 3, 8], [300, 1, 3, 8], [400, 1, 3, 9]], ["floor", "gc_cycles"]);
  const points = cyclePoints(r, r.start, r.end, 300);
  assert.deepEqual([...points.t.subarray(0, points.size)], [0, 200, 400], "a cycle that left the floor unchanged counts");
  assert.deepEqual(points.ends, [400]);
});

test("the floor of another life is another stretch", () => {
  const r = ring([[0, 1, 2, 7], [100, 1, NaN, NaN], [200, 2, 2, 1]], ["floor", "gc_cycles"]);
  const points = cyclePoints(r, r.start, r.end, 300);
  assert.deepEqual([...points.gen.subarray(0, points.size)], [0, 1]);
  assert.deepEqual(points.ends, [0, 200]);
});

test("teeth are crowded at many cycles a second and not at few", () => {
  const at = (perSecond) => {
    const r = ring(Array.from({ length: 600 }, (_, i) => [i * 100, 1, Math.floor((i * perSecond) / 10)]), ["gc_cycles"]);
    const flags = crowded(r, r.start, r.end, 60_000 / 700, 100);
    return flags.subarray(0, 600).reduce((n, f) => n + f, 0);
  };
  assert.equal(at(99), 600);
  assert.equal(at(0.3), 0);
});
