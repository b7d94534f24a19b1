// @ts-check
import { apiURL, call, socketURL } from "./api.js";
import { Charts } from "./charts.js";
import { Clock } from "./clock.js";
import { cover } from "./cover.js";
import { all, one, write } from "./dom.js";
import { joining } from "./joining.js";
import { keepFocus } from "./keepfocus.js";
import { Model } from "./model.js";
import { Readouts } from "./readouts.js";
import { Room } from "./room.js";
import { Stage } from "./stage.js";
import { Step } from "./step.js";
import { follow } from "./stream.js";
import { toneOf, wordOf } from "./verdict.js";
import { View } from "./view.js";
import { Vitals } from "./vitals.js";

/** Connects a lesson: its steps, and the charts beside them. Everything it
 * starts ends when the page is left. */
export function learn() {
  const left = new AbortController(), lesson = one("[data-learn]").dataset.learn;
  const room = new Room(left.signal);
  for (const node of all("[data-step]")) new Step(node, lesson, room);
  for (const node of all("[data-scripted]")) node.hidden = false;
  joining(room);
  new Stage(room, lesson, left.signal);
  evidence(room, left.signal);
  addEventListener("pagehide", (e) => { if (!e.persisted) left.abort(); });
  keepFocus(one("[data-learn]"), ".act");
}

/** Keeps chart, figures and verdict current, and the room.
 * @param {Room} room @param {AbortSignal} signal */
function evidence(room, signal) {
  const model = new Model(), view = new View(), clock = new Clock(), readouts = new Readouts(), vitals = new Vitals();
  view.show("1m");
  const latest = (/** @type {string} */ column) => model.latest(column);
  const charts = new Charts(model, view, clock, (shown) => { readouts.draw(shown, null, latest, performance.now()); }, signal);
  const lost = one("[data-lesson-lost]"), covered = cover();
  const uptime = setInterval(() => vitals.tick(performance.now()), 1000);
  signal.addEventListener("abort", () => clearInterval(uptime));
  follow({
    history: (s) => call("GET", apiURL("history", { window: "1m" }), { signal: s }),
    socket: (epoch, after) => new WebSocket(socketURL(epoch, after)),
  }, {
    history: (h) => {
      model.load(h);
      room.refresh(); // also when what was missed is gone
      clock.heard(h.t[h.t.length - 1] ?? h.now, performance.now());
      call("GET", apiURL("verdict")).then(judged, () => {}); // the page has one already
      charts.invalidate();
    },
    frame: (frame) => {
      const nowMs = performance.now();
      if (frame.type === "reading") clock.heard(frame.t, nowMs);
      if (frame.type === "state") {
        vitals.set(frame.state, nowMs);
        covered(frame.state);
      }
      if (frame.type === "room") room.apply(frame.room);
      if (frame.type === "verdict") judged(frame.verdict);
      if (model.apply(frame)) charts.invalidate();
    },
    live: () => { lost.hidden = true; },
    lost: () => { lost.hidden = false; },
  }, signal);
}

/** A lesson in blind mode has no place for a verdict.
 * @param {import("../wire.js").Verdict} v */
function judged(v) {
  const word = one("[data-lesson-word]");
  if (!word) return;
  word.className = `word sm ${toneOf(v.verdict)}`;
  write(word, wordOf(v.verdict));
  write(one("[data-lesson-sentence]"), v.summary);
}
