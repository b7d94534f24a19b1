import assert from "node:assert/strict";
import { test } from "node:test";
import { note, parts } from "../js/membar.js";

// The same cases as web/membar_test.go: server and script draw one bar.
const agent = { floor: 20e6, in_use: 30e6, heap_free: 4e6, heap_unused: 1e6, stacks: 2e6, runtime: 40e6, rss: 50e6, limit: 128 << 20 };
const of = (figures) => (column) => figures[column] ?? NaN;
const without = (...columns) => Object.fromEntries(Object.entries(agent).filter(([c]) => !columns.includes(c)));
const keys = (figures) => parts(of(figures), true).map((p) => p.key).join(" ");
const sum = (figures) => parts(of(figures), true).reduce((all, p) => all + p.bytes, 0);

test("the parts add up to RSS", () => {
  assert.equal(keys(agent), "live dead free stacks runtime outside");
  assert.equal(sum(agent), 50e6);
});

test("what is mapped and not resident is owed, and no part made smaller for it", () => {
  const swapped = { ...agent, rss: 37e6 };
  assert.equal(keys(swapped), "live dead free stacks runtime absent");
  assert.equal(sum(swapped), 37e6);
  assert.match(note(of(swapped), parts(of(swapped), true)), /more than is resident/);
});

test("what is not known is left out and said", () => {
  const trailer = without("heap_free", "heap_unused", "stacks", "limit");
  assert.equal(keys(trailer), "live dead free outside");
  assert.match(note(of(trailer), parts(of(trailer), true)), /told by leakline's agent/);
  assert.equal(keys(without("rss")), "live dead free stacks runtime");
  assert.equal(keys(without("floor")), "live free stacks runtime outside");
  assert.deepEqual(parts(of({}), true), []);
});

test("a floor from before the last sweep is never more than is in use", () => {
  const [live, dead] = parts(of({ ...agent, floor: 31e6 }), false);
  assert.deepEqual([live.label, live.bytes, dead.bytes], ["live, estimated", 30e6, 0]);
});
