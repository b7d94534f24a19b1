import assert from "node:assert/strict";
import { test } from "node:test";
import { rows } from "../js/sizes.js";

const NBSP = "\u00a0";
const of = (up_to, objects, size = up_to) => ({ up_to, objects, bytes: objects * size });

test("the largest classes stand in order of size, the rest as one", () => {
  const now = [of(8, 10), of(16, 500), of(1024, 40), { up_to: null, objects: 1, bytes: 1e6 }];
  assert.deepEqual(rows(now, now, 2).map((r) => [r.name, r.bytes, r.objects]),
    [[`to 1.02${NBSP}kB`, 40960, 40], ["larger", 1e6, 1], ["all others", 8080, 510]]);
});

test("growth is since the base, and a class that was not there grew by all of it", () => {
  const [a, b, c] = rows([of(8, 10), of(16, 5), of(32, 1)], [of(8, 4), of(16, 8)], 9);
  assert.deepEqual([a.grew, b.grew, c.grew], [48, -48, 32]);
  assert.equal(b.name, `to 16${NBSP}B`);
});

test("nothing in use is no row", () => assert.deepEqual(rows([], [], 9), []));
