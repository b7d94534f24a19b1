import assert from "node:assert/strict";
import { test } from "node:test";
import { wrapped } from "../js/picture.js";

const pen = { measureText: (text) => ({ width: text.length }) };

test("a sentence is broken where it no longer fits", () => {
  assert.deepEqual(wrapped(pen, "Live memory grows 236 MB a minute.", 12), ["Live memory", "grows 236 MB", "a minute."]);
});

test("a word longer than the picture stands alone", () => {
  assert.deepEqual(wrapped(pen, "kept by strategy.auditLog", 8), ["kept by", "strategy.auditLog"]);
  assert.deepEqual(wrapped(pen, "", 8), [""]);
});
