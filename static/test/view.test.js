import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock } from "../js/clock.js";
import { View } from "../js/view.js";

test("live follows the edge; paused does not", () => {
  const view = new View();
  assert.deepEqual(view.range(1_000_000), { from: 700_000, to: 1_000_000 });
  view.pause(1_000_000);
  assert.deepEqual(view.range(1_050_000), { from: 700_000, to: 1_000_000 });
  view.resume();
  assert.equal(view.range(1_050_000).to, 1_050_000);
});

test("a zoom keeps the instant under the cursor where it is", () => {
  const view = new View();
  view.zoomBy(0.5, 900_000, 1_000_000);
  const { from, to } = view.range(1_000_000);
  assert.equal(to - from, 150_000);
  assert.equal((900_000 - from) / (to - from), 200 / 300);
  view.zoomBy(4, 900_000, 1_000_000);
  assert.equal(view.zoom, null, "zooming out ends at the whole window");
});

test("panning stays within what is kept, and follows again at the edge", () => {
  const view = new View(), edge = 10_000_000;
  view.pan(-100_000, edge);
  assert.deepEqual(view.range(edge), { from: edge - 400_000, to: edge - 100_000 });
  view.pan(-9_000_000, edge);
  assert.equal(view.range(edge).from, edge - 3_600_000);
  view.pan(9_000_000, edge);
  assert.equal(view.zoom, null, "a whole window at the edge is live");
  view.zoomTo(edge - 60_000, edge - 30_000);
  view.pan(50_000, edge);
  assert.deepEqual(view.zoom, { from: edge - 30_000, to: edge });
  view.zoom = null;
  view.pause(edge - 20_000);
  view.pan(50_000, edge);
  assert.equal(view.range(edge).to, edge, "a paused view comes to the edge and stands");
});

test("a range dragged backwards is a range; a click is none", () => {
  const view = new View();
  view.zoomTo(5000, 1000);
  assert.deepEqual(view.zoom, { from: 1000, to: 5000 });
  view.zoom = null;
  view.zoomTo(1000, 1200);
  assert.equal(view.zoom, null);
});

test("the server is asked for what is on screen", () => {
  const view = new View();
  assert.deepEqual(view.asked(), { window: "5m" });
  view.window = "1m";
  view.pause(1_700_000_100_000.4);
  assert.deepEqual(view.asked(), { from: "1700000040000", to: "1700000100000" });
  view.zoomTo(1_700_000_050_000.2, 1_700_000_060_000);
  assert.deepEqual(view.asked(), { from: "1700000050000", to: "1700000060000" });
  view.pausedAt = null;
  assert.deepEqual(view.asked(), { from: "1700000050000", to: "1700000060000" });
});

test("Esc leaves cursor, zoom and pause in that order", () => {
  const view = new View();
  view.pause(1_000_000);
  view.zoomTo(1000, 9000);
  view.cursor = 5000;
  const steps = [];
  while (view.escape()) steps.push([view.cursor, view.zoom, view.pausedAt].map((x) => x !== null));
  assert.deepEqual(steps, [[false, true, true], [false, false, true], [false, false, false]]);
});

test("the right edge is the server's newest reading, and moves on when none comes", () => {
  const clock = new Clock();
  clock.heard(50_000, 100);
  assert.equal(clock.edge(200, 1000), 50_000);
  assert.equal(clock.edge(4100, 1000), 53_000);
  clock.heard(49_000, 4100);
  assert.equal(clock.edge(4100, 1000), 50_000, "a late frame does not turn time back");
});
