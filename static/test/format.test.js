import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, clockTime, count, duration, figure, joined, seconds, significant } from "../js/format.js";

const NBSP = "\u00a0";

test("three significant digits, never an exponent", () => {
  for (const [v, want] of [[0, "0"], [0.333, "0.33"], [9.996, "10.0"], [40.44, "40.4"], [202.4, "202"], [999.7, `1${NBSP}000`]]) {
    assert.equal(significant(v), want);
  }
});

test("the unit is chosen after rounding", () => {
  assert.deepEqual(bytes(999_600), { value: "1.00", unit: "MB" });
  assert.deepEqual(bytes(582_000), { value: "582", unit: "kB" });
  assert.deepEqual(bytes(0), { value: "0", unit: "B" });
  assert.deepEqual(seconds(0.000_28), { value: "280", unit: "µs" });
  assert.deepEqual(seconds(1.1), { value: "1.10", unit: "s" });
});

test("what is unknown is a dash, never a zero", () => {
  assert.equal(figure("floor", NaN).value, "–");
  assert.equal(figure("floor", undefined).value, "–");
  assert.equal(figure("floor", 0).value, "0");
  assert.deepEqual(figure("heap_free", 4e6), { value: "4.00", unit: "MB" });
});

test("columns show their own units", () => {
  assert.deepEqual(figure("limit", 536_870_912), { value: "512", unit: "MiB" });
  assert.deepEqual(figure("limit", 500e6), { value: "500", unit: "MB" });
  assert.deepEqual(figure("gc_cpu", 0.004), { value: "0.4", unit: "%" });
  assert.deepEqual(figure("gc_cpu", 0.128), { value: "12.8", unit: "%" });
  assert.deepEqual(figure("alloc_bytes_per_s", 202e6), { value: "202", unit: "MB/s" });
  assert.deepEqual(figure("alloc_objects_per_s", 198_000), { value: "198", unit: "k/s" });
  assert.deepEqual(figure("goroutines", 12_345), { value: `12${NBSP}345`, unit: "" });
  assert.equal(joined(figure("floor", 2.1e6)), `2.10${NBSP}MB`);
});

test("thousands are set apart", () => {
  assert.equal(count(6000), `6${NBSP}000`);
  assert.equal(count(999), "999");
  assert.equal(count(1_234_567), `1${NBSP}234${NBSP}567`);
});

test("times are the server's", () => {
  const t = Date.UTC(2026, 10, 23, 13, 3, 40);
  assert.equal(clockTime(t, 0), "13:03:40");
  assert.equal(clockTime(t, 60), "14:03:40");
  assert.equal(clockTime(t, -330), "07:33:40");
});

test("durations", () => {
  assert.equal(duration(57.9), `57${NBSP}s`);
  assert.equal(duration(208), `3${NBSP}m 28${NBSP}s`);
  assert.equal(duration(7500), `2${NBSP}h 05${NBSP}m`);
});
