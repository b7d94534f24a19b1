import assert from "node:assert/strict";
import { test } from "node:test";
import { chips, isTick, mergedMarks, neighbour, sentence } from "../js/marks.js";
import { carriedOn, ribbonText } from "../js/spans.js";

const mark = (id, t, kind, more = {}) => ({ id, t, kind, text: kind, ...more });

test("a mark known from history is not added again by the stream", () => {
  const held = [mark(1, 10, "gc"), mark(3, 30, "switch")];
  const got = mergedMarks(held, [mark(3, 30, "switch"), mark(2, 20, "load")]);
  assert.deepEqual(got.map((m) => m.id), [1, 2, 3]);
});

test("marks are bounded", () => {
  const many = Array.from({ length: 2000 }, (_, i) => mark(i, i, "gc"));
  const got = mergedMarks([], many);
  assert.ok(got.length < 1000);
  assert.equal(got[got.length - 1].id, 1999, "the newest stay");
});

test("chips that would overlap merge into the weightier one", () => {
  const got = chips([mark(1, 100, "snapshot"), mark(2, 110, "crash"), mark(3, 115, "start"), mark(4, 300, "gc")], (t) => t, 20);
  assert.deepEqual(got.map((c) => [c.lead.kind, c.all.length]), [["crash", 3], ["gc", 1]]);
  assert.deepEqual(got[0].all.map((m) => m.id), [1, 2, 3], "its label lists all, in time order");
});

test("what happens every 30 s by itself is a tick", () => {
  assert.ok(isTick(mark(1, 1, "snapshot", { reason: "interval" })));
  assert.ok(!isTick(mark(1, 1, "snapshot", { reason: "manual" })));
});

test("a mark says what, and by whom", () => {
  assert.equal(sentence({ id: 1, t: 1, kind: "switch", text: "a → b", by: "instructor" }), "a → b, by instructor");
  assert.equal(sentence({ id: 1, t: 1, kind: "snapshot", text: "", snapshot: "17" }), "snapshot 17");
});

test("stepping goes from mark to mark and skips ticks", () => {
  const all = [mark(1, 10, "gc"), mark(2, 20, "snapshot", { reason: "interval" }), mark(3, 30, "load")];
  assert.equal(neighbour(all, 10, 1).id, 3);
  assert.equal(neighbour(all, 30, -1).id, 1);
  assert.equal(neighbour(all, 30, 1), undefined);
});

test("spans follow switches, crashes and starts", () => {
  let spans = [{ from: 0, to: null, strategy: "a", generation: 1 }];
  spans = carriedOn(spans, mark(1, 10, "switch", { to: "b", generation: 1 }));
  spans = carriedOn(spans, mark(2, 20, "crash", { generation: 1 }));
  spans = carriedOn(spans, mark(3, 22, "start", { generation: 2 }));
  assert.deepEqual(spans, [
    { from: 0, to: 10, strategy: "a", generation: 1 },
    { from: 10, to: 20, strategy: "b", generation: 1 },
    { from: 22, to: null, strategy: "b", generation: 2 },
  ]);
  assert.deepEqual(spans.map((_, i) => ribbonText(spans, i)), ["a", "b", "gen 2 · b"]);
});

test("a replayed mark does not undo what history told", () => {
  const spans = [{ from: 50, to: null, strategy: "b", generation: 1 }];
  assert.deepEqual(carriedOn(spans, mark(1, 10, "switch", { to: "a" })), spans);
});
