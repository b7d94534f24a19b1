import assert from "node:assert/strict";
import { test } from "node:test";
import { Folder, merged, withExtremes } from "../js/history.js";
import { Model } from "../js/model.js";
import { Ring } from "../js/ring.js";

const history = (t, floor, more = {}) => ({
  epoch: "e", target: "checker", seq: 7, now: 0, window_s: 300, every_ms: 100, columns: ["floor"],
  t, gen: t.map(() => 1), values: { floor }, marks: [], spans: [], ...more,
});
const held = (ring) => [...ring.t.subarray(ring.start, ring.end)];

test("null on the wire is unknown in memory, not zero", () => {
  const ring = merged(null, history([100, 200], [5, null]), ["floor"], 10);
  assert.equal(ring.column("floor")[0], 5);
  assert.ok(Number.isNaN(ring.column("floor")[1]));
});

test("a refetched window fills the hole and keeps what lies outside it", () => {
  const before = new Ring(["floor"], 100);
  for (const t of [100, 200, 300, 900]) before.push(t, 1, () => t);
  const ring = merged(before, history([300, 400, 500], [3, 4, 5]), ["floor"], 100);
  assert.deepEqual(held(ring), [100, 200, 300, 400, 500, 900]);
});

test("the coarse tier keeps extremes, and folds the stream alike", () => {
  const coarse = merged(null, history([1000], [5], { min: { floor: [1] }, max: { floor: [9] } }), withExtremes(["floor"]), 10);
  assert.deepEqual([coarse.column("floor/min")[0], coarse.column("floor/max")[0]], [1, 9]);
  const folder = new Folder(1000);
  for (const [t, v] of [[1100, 4], [1500, NaN], [1900, 8], [2000, 6], [3000, 6]]) folder.add(coarse, t, 1, [v]);
  assert.deepEqual(held(coarse), [1000, 1900, 2000]);
  const i = coarse.start + 1;
  assert.deepEqual(["floor", "floor/min", "floor/max"].map((c) => coarse.column(c)[i]), [8, 4, 8]);
});

const reading = (seq, t, v, gen = 1) => ({ type: "reading", seq, target: "checker", t, gen, v });
const hello = (columns) => ({ type: "hello", epoch: "e", seq: 7, target: "checker", columns, role: "viewer", every_ms: 100, resume: true });

test("the model goes on behind the window it was given", () => {
  const model = new Model();
  model.load(history([100, 200], [1, 2]));
  model.apply(hello(["floor"]));
  assert.ok(model.apply(reading(8, 300, [3])));
  assert.ok(!model.apply(reading(9, 300, [4])), "the same instant twice");
  assert.deepEqual(held(model.fine), [100, 200, 300]);
  assert.equal(model.latest("floor"), 3);
});

test("columns are found by name, whatever their order; unknown ones are ignored", () => {
  const model = new Model();
  model.load(history([100], [1]));
  model.apply(hello(["novelty", "floor"]));
  model.apply(reading(8, 200, [77, 5]));
  assert.equal(model.latest("floor"), 5);
  assert.ok(Number.isNaN(model.latest("novelty")));
});

test("a gap frame breaks the line", () => {
  const model = new Model();
  model.load(history([100, 200], [1, 2]));
  model.apply(hello(["floor"]));
  model.apply({ type: "gap", seq: 8, target: "checker", from: 200, to: 600 });
  model.apply(reading(9, 600, [3]));
  const { fine } = model;
  assert.deepEqual(held(fine), [100, 200, 400, 600]);
  assert.ok(Number.isNaN(fine.column("floor")[fine.start + 2]));
});

test("long windows are served by the coarse tier, short ones by the fine", () => {
  const model = new Model();
  model.load(history([100, 200], [1, 2]));
  assert.equal(model.ringFor(-300_000 + 200, 300_000).ring, model.fine);
  assert.equal(model.ringFor(-3_600_000, 3_600_000).ring, model.fine, "while there is nothing else");
  model.loadCoarse(history([50], [1]));
  assert.equal(model.ringFor(-3_600_000, 3_600_000).ring, model.coarse);
  assert.equal(model.ringFor(0, 300_000).ring, model.fine);
});
