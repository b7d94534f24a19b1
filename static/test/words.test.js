import assert from "node:assert/strict";
import { test } from "node:test";
import { noteFor } from "../js/notes.js";
import { compared, matches } from "../js/sort.js";
import { sampled } from "../js/table.js";
import { apart, picking, roles } from "../js/tray.js";
import { stripWords } from "../js/words.js";

test("the strip in words leaves out what is unknown", () => {
  const values = { requests_per_s: 100, alloc_bytes_per_s: 202e6, sets_per_s: 100, floor: 2.1e6, gc_per_s: 99 };
  const words = (v) => stripWords("set-per-request", (c) => v[c] ?? NaN).replaceAll("\u00a0", " ");
  assert.equal(words(values), "set-per-request · 100 req/s · 202 MB/s allocated · 6 000 Sets/min · live 2.10 MB · 99.0 GC/s");
  assert.equal(words({ copy_age_s: 0.42 }), "set-per-request · copy confirmed 420 ms ago");
  assert.match(words({ goal: 119e6, gomemlimit: 120e6, gc_cpu: 0.49 }), /GOMEMLIMIT at work: collecting takes 49.0 % of the CPU/);
  assert.equal(words({ goal: 119e6, gc_cpu: 0.49 }), "set-per-request", "without the limit it is not at work");
  assert.equal(words({ requests_per_s: 0 }), "set-per-request · 0 req/s");
});

const calm = { lost: null, state: null, paused: null, zoom: null, marks: [], empty: false, zone: 0, now: 0 };
const state = (status, more = {}) => ({ target: "checker", status, ...more });

test("no note while all is well", () => {
  assert.equal(noteFor(calm), null);
  assert.equal(noteFor({ ...calm, state: state("running") }), null);
});

test("a lost connection outweighs everything and counts down", () => {
  const lost = { sinceMs: 4000, retryInMs: 1700, why: "" };
  const note = noteFor({ ...calm, lost, state: state("halted"), paused: { at: 0, behindMs: 5 } });
  assert.equal(note.action, "retry");
  assert.match(note.text.replaceAll("\u00a0", " "), /4 s ago; trying again in 2 s/);
  assert.equal(noteFor({ ...calm, lost: { ...lost, sinceMs: 200 } }), null, "a blink is no news");
});

test("a halted process offers Resume and its own last words", () => {
  const note = noteFor({ ...calm, state: state("halted", { last_exit: "exit 2: panic: nil map" }) });
  assert.ok(note.resume);
  assert.match(note.text, /panic: nil map/);
});

test("backing off says which attempt comes when", () => {
  const note = noteFor({ ...calm, state: state("backing-off", { attempt: 2, backing_off_ms: 400 }) });
  assert.match(note.text.replaceAll("\u00a0", " "), /Attempt 2 in 400 ms/);
});

test("paused says how far behind", () => {
  const note = noteFor({ ...calm, paused: { at: 14 * 3600_000, behindMs: 38_000 } });
  assert.equal(note.lead, "Paused at 14:00:00.");
  assert.match(note.text, /38/);
});

test("no more than two snapshots are picked, and the older is the base", () => {
  let picked = [];
  for (const id of ["1", "2", "3"]) picked = picking(picked, id, true);
  assert.deepEqual(picked, ["2", "3"]);
  assert.deepEqual(picking(picked, "2", false), ["3"]);
  const older = { id: "2", at: 100, generation: "1", rate: "64 KiB" }, newer = { id: "3", at: 90_100, generation: "2", rate: "512 KiB" };
  assert.deepEqual(roles(newer, older, false), { base: older, head: newer });
  assert.deepEqual(roles(newer, older, true), { base: newer, head: older });
  assert.match(apart(older, newer), /90\u00a0s apart, two lives.*64 KiB and 512 KiB/);
});

test("sorting puts the unknown last, whichever way", () => {
  const sorted = (order) => ["3", "", "-10", "20"].sort((a, b) => compared(a, b, order));
  assert.deepEqual(sorted("ascending"), ["-10", "3", "20", ""]);
  assert.deepEqual(sorted("descending"), ["20", "3", "-10", ""]);
});

test("a filter matches every word in any case", () => {
  assert.ok(matches("checker/strategy.newRiskySet audit.go:48", "AUDIT risky"));
  assert.ok(!matches("checker/strategy.newRiskySet", "risky memo"));
  assert.ok(matches("anything", ""));
});

test("the table has the newest reading and few rows", () => {
  const rows = sampled(0, 3000, 60);
  assert.equal(rows[0], 2999);
  assert.ok(rows.length <= 60);
  assert.deepEqual(sampled(0, 3, 60), [2, 1, 0]);
  assert.deepEqual(sampled(5, 5, 60), []);
});

test("a zoomed range offers what grew between the snapshots nearest to its ends", () => {
  const shot = (t, snapshot, generation = 1) => ({ id: t, t, kind: "snapshot", profile: "heap", text: "", snapshot, generation });
  const marks = [shot(1_000, "a"), shot(9_000, "b"), { id: 3, t: 12_000, kind: "gc", text: "" }, shot(19_000, "c"), shot(31_000, "d", 2)];
  const compare = (from, to) => noteFor({ ...calm, zoom: { from, to }, marks })?.compare;
  assert.deepEqual(compare(8_000, 20_000), { href: "/diff?base=b&head=c", text: "What grew from 00:00:09 to 00:00:19" });
  assert.equal(compare(0, 18_000)?.href, "/diff?base=a&head=c");
  assert.equal(compare(18_500, 19_500)?.href, "/diff?base=b&head=c", "the two ends are two snapshots");
  assert.equal(compare(20_000, 40_000), undefined, "the new life has only one");
  assert.equal(noteFor({ ...calm, zoom: { from: 0, to: 1 } })?.compare, undefined);
});
