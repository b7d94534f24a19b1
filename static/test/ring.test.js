import assert from "node:assert/strict";
import { test } from "node:test";
import { Ring } from "../js/ring.js";

const filled = (capacity, times) => {
  const ring = new Ring(["v"], capacity);
  for (const t of times) ring.push(t, 1, () => t * 10);
  return ring;
};
const held = (ring) => [...ring.t.subarray(ring.start, ring.end)];

test("keeps the newest readings, in order, however often it wraps", () => {
  for (const n of [3, 4, 5, 8, 9, 17, 100]) {
    const ring = filled(4, Array.from({ length: n }, (_, i) => i + 1));
    const want = Array.from({ length: Math.min(n, 4) }, (_, i) => n - Math.min(n, 4) + i + 1);
    assert.deepEqual(held(ring), want, `after ${n} pushes`);
    assert.deepEqual([...ring.column("v").subarray(ring.start, ring.end)], want.map((t) => t * 10));
  }
});

test("ignores a reading that is not newer", () => {
  const ring = filled(4, [1, 2, 3]);
  assert.equal(ring.push(3, 1, () => 99), false);
  assert.equal(ring.push(2, 1, () => 99), false);
  assert.deepEqual(held(ring), [1, 2, 3]);
});

test("finds readings by time", () => {
  const ring = filled(4, [10, 20, 30, 40, 50, 60]); // holds 30 to 60
  const at = (i) => ring.t[i];
  assert.equal(at(ring.since(35)), 40);
  assert.equal(at(ring.since(30)), 30);
  assert.equal(ring.since(0), ring.start);
  assert.equal(ring.since(61), ring.end);
  assert.equal(at(ring.nearest(44)), 40);
  assert.equal(at(ring.nearest(46)), 50);
  assert.equal(at(ring.nearest(1e9)), 60);
  assert.equal(at(ring.nearest(-5)), 30);
});

test("an empty ring knows nothing", () => {
  const ring = new Ring(["v"], 4);
  assert.equal(ring.nearest(5), -1);
  assert.ok(Number.isNaN(ring.newest) && Number.isNaN(ring.oldest));
  assert.equal(ring.column("other"), undefined);
});
