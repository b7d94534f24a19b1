// @ts-check
import { apiURL, call, socketURL } from "./api.js";
import { Charts } from "./charts.js";
import { Clock } from "./clock.js";
import { cover } from "./cover.js";
import { all, one } from "./dom.js";
import { joining } from "./joining.js";
import { Judged } from "./judged.js";
import { keepFocus } from "./keepfocus.js";
import { Model } from "./model.js";
import { Readouts } from "./readouts.js";
import { Room } from "./room.js";
import { Stage } from "./stage.js";
import { Step } from "./step.js";
import { follow } from "./stream.js";
import { View } from "./view.js";
import { Vitals } from "./vitals.js";

/** Connects a lesson: its steps, and the charts beside them. Everything it
 * starts ends when the page is left. */
export function learn() {
  const left = new AbortController(), lesson = one("[data-learn]").dataset.learn;
  const room = new Room(left.signal), judged = new Judged();
  const steps = all("[data-step]").map((node) => new Step(node, lesson, room, () => judged.draw()));
  for (const node of all("[data-scripted]")) node.hidden = false;
  joining(room);
  new Stage(room, lesson, left.signal, (i) => judged.of(steps[i]));
  evidence(room, judged, left.signal);
  addEventListener("pagehide", (e) => { if (!e.persisted) left.abort(); });
  keepFocus(one("[data-learn]"), ".act");
}

/** Keeps chart, figures and verdict current, and the room.
 * @param {Room} room @param {Judged} judged @param {AbortSignal} signal */
function evidence(room, judged, signal) {
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
      call("GET", apiURL("verdict")).then((v) => judged.is(v), () => {}); // the next one comes by itself
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
      if (frame.type === "verdict") judged.is(frame.verdict);
      if (model.apply(frame)) charts.invalidate();
    },
    live: () => { lost.hidden = true; },
    lost: () => { lost.hidden = false; },
  }, signal);
}
