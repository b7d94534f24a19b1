import assert from "node:assert/strict";
import { test } from "node:test";
import { axis, axisUnit, besides, roundStep, settle, timeStep } from "../js/scale.js";

test("steps are 1, 2 or 5 times a power of ten", () => {
  for (const [size, want] of [[1, 1], [1.1, 2], [2.1, 5], [5.1, 10], [0.03, 0.05], [180e6, 200e6], [1000, 1000]]) {
    assert.ok(Math.abs(roundStep(size) - want) < want * 1e-9, `roundStep(${size}) = ${roundStep(size)}`);
  }
});

test("an axis begins at zero, holds its data and has three or four lines", () => {
  for (const max of [0, 0.4, 3, 9.9, 10, 45, 101, 537e6, 1e9]) {
    const { top, step } = axis(max, 1);
    assert.ok(top >= max, `${top} holds ${max}`);
    const lines = Math.round(top / step) + 1;
    assert.ok(lines >= 3 && lines <= 4, `${lines} lines for ${max}`);
  }
});

test("a second axis shares the lines of the first", () => {
  const { top, step } = besides(0.022, 1e-3, 3);
  assert.equal(Math.round(top / step), 3);
  assert.ok(top >= 0.022);
});

test("a scale grows at once and shrinks only with room to spare", () => {
  const now = axis(50, 1);
  assert.equal(settle(now, axis(70, 1), 70).top, axis(70, 1).top);
  assert.equal(settle(axis(61, 1), axis(59, 1), 59).top, axis(61, 1).top, "59 of 60 is too tight to come down");
  assert.equal(settle(axis(61, 1), axis(40, 1), 12).top, axis(40, 1).top);
});

test("units follow the top of the axis", () => {
  assert.equal(axisUnit("bytes", 600e6).unit, "MB");
  assert.equal(axisUnit("bytes", 6e3).unit, "kB");
  assert.equal(axisUnit("seconds", 0.06).unit, "ms");
  assert.equal(axisUnit("plain", 40).unit, "");
});

test("time ticks leave room for their labels", () => {
  assert.equal(timeStep(300_000 / 700, 80), 60_000);
  assert.equal(timeStep(60_000 / 700, 80), 10_000);
  assert.equal(timeStep(3_600_000 / 700, 80), 600_000);
  assert.equal(timeStep(300_000 / 235, 80), 120_000);
});
