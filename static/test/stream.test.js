import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { retryMs } from "../js/retry.js";
import { follow } from "../js/stream.js";

// A server in memory: sockets are told what to say by the test.
class FakeServer {
  fetched = 0;
  sockets = [];
  window = { epoch: "e1", seq: 10, t: [], values: {} };

  history = async () => {
    this.fetched++;
    return this.window;
  };

  socket = (epoch, after) => {
    const socket = { epoch, after, closed: false, close() { this.closed = true; }, onmessage: null, onclose: null };
    this.sockets.push(socket);
    return socket;
  };

  get last() { return this.sockets[this.sockets.length - 1]; }

  say(frame) { this.last.onmessage?.({ data: JSON.stringify(frame) }); }

  drop() { this.last.onclose?.(); }
}

const settle = async () => { for (let i = 0; i < 20; i++) await Promise.resolve(); };

async function followed(t) {
  mock.timers.enable({ apis: ["setTimeout"] });
  const server = new FakeServer(), seen = { frames: [], histories: 0, lost: [], live: 0 }, left = new AbortController();
  t.after(() => { left.abort(); mock.timers.reset(); });
  follow(server, {
    history: () => seen.histories++,
    frame: (f) => seen.frames.push(f.type === "reading" ? f.seq : f.type),
    live: () => seen.live++,
    lost: (ms, retry, why) => seen.lost.push({ ms, retry, why }),
  }, left.signal);
  await settle();
  return { server, seen, left };
}

const hello = (resume = true) => ({ type: "hello", resume, columns: [] });
const reading = (seq) => ({ type: "reading", seq });

test("fetches the window once and follows behind it", async (t) => {
  const { server, seen } = await followed(t);
  assert.deepEqual([server.last.epoch, server.last.after], ["e1", 10]);
  server.say(hello());
  server.say(reading(11));
  assert.deepEqual(seen, { ...seen, frames: ["hello", 11], histories: 1, live: 1 });
});

test("resumes behind the last frame, and never shows one twice", async (t) => {
  const { server, seen } = await followed(t);
  server.say(hello());
  for (const seq of [9, 10, 11, 12, 12, 11]) server.say(reading(seq));
  server.drop();
  await settle();
  assert.equal(seen.lost.length, 1);
  mock.timers.tick(8000);
  await settle();
  assert.equal(server.last.after, 12);
  server.say(hello());
  for (const seq of [12, 13]) server.say(reading(seq));
  assert.deepEqual(seen.frames.filter((f) => f !== "hello"), [11, 12, 13]);
  assert.equal(server.fetched, 1);
});

test("fetches again when the server no longer has what was missed", async (t) => {
  const { server, seen } = await followed(t);
  server.window = { epoch: "e2", seq: 99 };
  server.say(hello(false));
  assert.ok(server.last.closed);
  await settle();
  mock.timers.tick(8000);
  await settle();
  assert.equal(seen.histories, 2);
  assert.deepEqual([server.last.epoch, server.last.after], ["e2", 99]);
});

test("a refused window says why and is asked for again", async (t) => {
  const { server, seen } = await followed(t);
  server.history = async () => { throw new Error("Your link is no longer valid."); };
  server.say(hello(false));
  await settle();
  mock.timers.tick(8000);
  await settle();
  assert.equal(seen.lost[seen.lost.length - 1].why, "Your link is no longer valid.");
});

test("waits longer each time, until frames flow again", async (t) => {
  const { server, seen } = await followed(t);
  for (let i = 0; i < 4; i++) {
    server.drop();
    await settle();
    mock.timers.tick(8000);
    await settle();
  }
  const waits = seen.lost.map((l) => l.ms);
  for (let i = 1; i < waits.length; i++) assert.ok(waits[i] > waits[i - 1], `${waits}`);
  server.say(hello());
  server.say(reading(11));
  server.drop();
  await settle();
  assert.ok(seen.lost[4].ms <= 500, `${seen.lost[4].ms} ms after frames had flowed`);
});

test("somebody in a hurry need not wait", async (t) => {
  const { server, seen } = await followed(t);
  server.drop();
  await settle();
  seen.lost[0].retry();
  await settle();
  assert.equal(server.sockets.length, 2);
});

test("a socket that has gone quiet is given up", async (t) => {
  const { server, seen } = await followed(t);
  server.say(hello());
  mock.timers.tick(20_000);
  await settle();
  assert.equal(seen.lost.length, 1);
});

test("leaving the page closes the socket and listens no more", async (t) => {
  const { server, seen, left } = await followed(t);
  server.say(hello());
  left.abort();
  await settle();
  assert.ok(server.last.closed);
  assert.equal(server.last.onmessage, null);
  assert.equal(seen.lost.length, 0);
});

test("delays double from a quarter of a second to eight, with jitter", () => {
  assert.equal(retryMs(0, 1), 250);
  assert.equal(retryMs(1, 1), 500);
  assert.equal(retryMs(50, 1), 8000);
  assert.ok(retryMs(3, 0) < retryMs(3, 1));
});
