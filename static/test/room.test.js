import assert from "node:assert/strict";
import { test } from "node:test";
import { merged, newer } from "../js/room-merge.js";

const step = (id, more = {}) => ({ lesson: "l", step: id, here: 0, answered: 0, revealed: false, held_at: null, questions: null, ...more });
const sight = (more = {}) => ({ id: "a", rev: 5, here: 1, members: 1, view: null, steps: [step("one"), step("two")], me: { name: "Ada" }, people: null, ...more });
const frame = (more = {}) => ({ id: "a", rev: 6, here: 2, members: 3, view: null, steps: [], ...more });

test("a frame changes the steps it lists and leaves the others", () => {
  const after = merged(sight(), frame({ steps: [step("two", { answered: 7 })] }));
  assert.equal(after.steps[0].answered, 0);
  assert.equal(after.steps[1].answered, 7);
  assert.deepEqual([after.rev, after.here, after.members, after.me.name], [6, 2, 3, "Ada"]);
});

test("what a frame may not tell stays as it was asked for", () => {
  const questions = [{ choices: [1, 2], numbers: null }];
  const after = merged(sight({ steps: [step("one", { questions })] }), frame({ steps: [step("one", { answered: 4 })] }));
  assert.deepEqual(after.steps[0], step("one", { answered: 4, questions }));
});

test("a frame from before the answer changes nothing", () => {
  const held = sight({ rev: 9 });
  assert.equal(merged(held, frame({ rev: 8, here: 7 })), held);
});

test("another room has to be asked for", () => {
  assert.equal(merged(sight(), frame({ id: "b" })), null);
});

test("of two answers that overtake each other the newer is kept, of two rooms the one that came last", () => {
  const held = sight({ rev: 9 });
  assert.equal(newer(held, sight({ rev: 8 })), held);
  assert.equal(newer(held, sight({ rev: 9, here: 4 })).here, 4);
  assert.equal(newer(held, sight({ id: "b", rev: 1 })).id, "b");
  assert.equal(newer(null, held), held);
});
