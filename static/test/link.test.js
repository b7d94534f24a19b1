import assert from "node:assert/strict";
import { test } from "node:test";
import { other, restore, written } from "../js/link.js";
import { View } from "../js/view.js";

test("a link brings back what was on screen", () => {
  const view = new View();
  view.window = "15m";
  view.zoomTo(1_764_239_500_000.4, 1_764_239_560_000.9);
  view.pausedAt = 1_764_239_600_000;
  view.cursor = 1_764_239_512_345;
  const search = written(view, true, "?target=checker&view=room");
  assert.match(search, /target=checker/);
  assert.match(search, /view=room/);
  assert.match(search, /window=15m/);
  const other = new View();
  assert.equal(restore(other, search), true);
  assert.deepEqual(other.zoom, { from: 1_764_239_500_000, to: 1_764_239_560_001 });
  assert.equal(other.pausedAt, view.pausedAt);
  assert.equal(other.cursor, view.cursor);
});

test("a token never stays in the address", () => {
  assert.equal(written(new View(), false, "?token=secret"), "?window=5m");
});

test("what is over is taken out of the address", () => {
  assert.equal(written(new View(), false, "?from=1&to=9&at=3&cursor=4&table=1&window=1m"), "?window=5m");
});

test("a link that makes no sense opens the live view", () => {
  for (const search of ["", "?from=a&to=b", "?from=5&to=5", "?from=0&to=999999999999", "?at=&cursor=-1", "?from=1e99"]) {
    const view = new View();
    assert.equal(restore(view, search), false);
    assert.deepEqual([view.zoom, view.pausedAt, view.cursor], [null, null, null], search);
  }
});

test("the link to the large view keeps what is shown, and leads back", () => {
  assert.equal(other("?window=1m&from=1"), "?window=1m&from=1&view=room");
  assert.equal(other("?view=room&window=1m"), "?window=1m");
});
