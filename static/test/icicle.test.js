import assert from "node:assert/strict";
import { test } from "node:test";
import { change, covered, found, layout, nodeAt, readPath, step, weight, written } from "../js/icicle-layout.js";

const leaf = (name, base, head, children = []) => ({ name, function: `main.${name}`, file: `${name}.go`, line: 1, base, head, user: true, children });
const tree = () => leaf("all", 100, 150, [
  leaf("a", 60, 110, [leaf("a1", 60, 0), leaf("a2", 0, 110)]),
  leaf("b", 40, 40, [leaf("b1", 1, 1)]),
]);

test("a node is never narrower than what it calls", () => {
  const root = tree();
  assert.equal(weight(root.children[0]), 170, "60 that went and 110 that came");
  assert.equal(weight(root), 210);
  const boxes = layout(root, [], 0);
  for (const parent of boxes) {
    const inside = boxes.filter((b) => b.depth === parent.depth + 1 && written(b.path.slice(0, -1)) === written(parent.path));
    const sum = inside.reduce((s, b) => s + b.w, 0);
    assert.ok(sum <= parent.w + 1e-9, `${parent.node.name} is ${parent.w} wide and holds ${sum}`);
    for (const b of inside) assert.ok(b.x >= parent.x && b.x + b.w <= parent.x + parent.w + 1e-9, `${b.node.name} stands outside`);
  }
});

test("what is too narrow is not drawn, and what it calls neither", () => {
  const names = layout(tree(), [], 0.01).map((b) => b.node.name);
  assert.deepEqual(names, ["all", "a", "a1", "a2", "b"]);
});

test("a zoomed box is as wide as the page, and the way to it stands above", () => {
  const boxes = layout(tree(), [0, 1], 0);
  assert.deepEqual(boxes.map((b) => [b.node.name, b.depth, b.w, b.above]), [["all", 0, 1, true], ["a", 1, 1, true], ["a2", 2, 1, false]]);
  assert.deepEqual(layout(tree(), [9], 0).map((b) => b.node.name), ["all"], "a path that leads nowhere");
});

test("change is told from the larger of the two", () => {
  assert.equal(change(leaf("x", 0, 5)), 1);
  assert.equal(change(leaf("x", 5, 0)), -1);
  assert.equal(change(leaf("x", 4, 3)), -0.25);
  assert.equal(change(leaf("x", 0, 0)), 0);
});

test("a search does not count a match inside a match twice", () => {
  assert.deepEqual(covered(tree(), "main.a"), { count: 4, base: 100, head: 150 });
  assert.deepEqual(covered(tree(), "a.go"), { count: 1, base: 60, head: 110 });
  assert.deepEqual(covered(tree(), "nothing"), { count: 0, base: 0, head: 0 });
  assert.equal(found(tree(), ""), false, "no text finds nothing");
});

test("keys lead to what is drawn", () => {
  const boxes = layout(tree(), [], 0.01);
  const to = (from, key) => step(boxes, from, key);
  assert.deepEqual(to([], "ArrowDown"), [0], "the widest below");
  assert.deepEqual(to([0], "ArrowDown"), [0, 1]);
  assert.equal(to([1], "ArrowDown"), null, "what is below is too narrow to be drawn");
  assert.deepEqual(to([0, 1], "ArrowUp"), [0]);
  assert.equal(to([], "ArrowUp"), null);
  assert.deepEqual(to([0], "ArrowRight"), [1]);
  assert.deepEqual(to([0, 0], "ArrowRight"), [0, 1]);
  assert.equal(to([1], "ArrowRight"), null);
  assert.deepEqual(to([1], "ArrowLeft"), [0]);
  assert.deepEqual(to([0, 1], "Home"), []);
  assert.equal(to([0], "x"), null);
});

test("a path survives the address, and nonsense is the root", () => {
  const root = tree();
  for (const path of [[], [0], [0, 1], [1, 0]]) assert.deepEqual(readPath(written(path), root), path);
  for (const text of [null, "", "x", "0.9", "-1", "0..1", "1e3", "0.1.", "__proto__"]) assert.deepEqual(readPath(text, root), [], String(text));
  assert.equal(nodeAt(root, [0, 5]), null);
});
