// @ts-check
import { one, write } from "./dom.js";
import { clockTime, duration } from "./format.js";
import { around } from "./marks.js";

/**
 * All that can be wrong or special about what is on screen.
 * @typedef {object} Facts
 * @property {{sinceMs: number, retryInMs: number, why: string} | null} lost
 * @property {import("../wire.js").State | null} state
 * @property {{at: number, behindMs: number} | null} paused
 * @property {{from: number, to: number} | null} zoom
 * @property {import("../wire.js").Mark[]} marks among them the snapshots that a zoomed range can be compared by
 * @property {number} now Unix ms
 * @property {boolean} empty no reading has come yet
 * @property {number} zone
 */

/** @typedef {{tone: string, icon: string, lead: string, text: string, action: "" | "retry" | "live" | "reset", resume: boolean, compare?: {href: string, text: string}}} NoteText */

const DEATH_SHOWN_MS = 5 * 60_000;
const RESET_SHOWN_MS = 60_000;

const inSeconds = (/** @type {number} */ ms) => `${Math.max(0, Math.ceil(ms / 1000))}\u00a0s`;

/** The one note that matters most now, or null.
 * @param {Facts} f @returns {NoteText | null} */
export function noteFor(f) {
  if (f.lost && f.lost.sinceMs >= 1500) {
    // The lead is a live region: it must not count.
    const text = `${inSeconds(f.lost.sinceMs)} ago; trying again in ${inSeconds(f.lost.retryInMs)}. ${f.lost.why || "Nothing is lost: the gap fills in."}`;
    return { tone: "watch", icon: "watch", lead: "Connection lost", text, action: "retry", resume: false };
  }
  const patient = f.state && patientNote(f.state);
  if (patient) return patient;
  if (f.zoom) {
    const text = `${clockTime(f.zoom.from, f.zone)} to ${clockTime(f.zoom.to, f.zone)}; still collecting.`;
    return { tone: "accent", icon: "find", lead: "Zoomed in.", text, action: "reset", resume: false, ...comparison(f) };
  }
  const death = f.state?.death;
  if (death && f.now - death.t < DEATH_SHOWN_MS) {
    const why = death.why.charAt(0).toUpperCase() + death.why.slice(1);
    const judged = death.verdict.verdict === "insufficient" ? "" : ` ${death.verdict.summary}`;
    const href = `/diff?${new URLSearchParams({ base: death.base, head: death.head })}`;
    const compare = death.head ? { compare: { href, text: "What was growing" } } : {};
    return { tone: "fault", icon: "fault", lead: `Killed at ${clockTime(death.t, f.zone)}.`, text: `${why}.${judged}`, action: "", resume: false, ...compare };
  }
  const reset = f.state?.reset;
  if (reset && f.now - reset.t < RESET_SHOWN_MS) {
    const lead = reset.back ? "Reset: back at the start." : "Reset, and not back at the start.";
    return { tone: reset.back ? "sound" : "watch", icon: reset.back ? "sound" : "watch", lead, text: reset.words, action: "", resume: false };
  }
  if (f.paused) {
    const text = `Still collecting: ${duration(f.paused.behindMs / 1000)} behind.`;
    return { tone: "accent", icon: "pause", lead: `Paused at ${clockTime(f.paused.at, f.zone)}.`, text, action: "live", resume: false };
  }
  if (f.empty) return { tone: "", icon: "info", lead: "", text: "No reading yet. The first one comes as soon as the process answers.", action: "", resume: false };
  return null;
}

/** What changed in a zoomed range, by the snapshots nearest to its ends.
 * @param {Facts} f @returns {Pick<NoteText, "compare">} */
function comparison({ zoom, marks, zone }) {
  const ends = zoom && around(marks, zoom.from, zoom.to);
  if (!ends) return {};
  const [base, head] = ends;
  const href = `/diff?${new URLSearchParams({ base: base.snapshot ?? "", head: head.snapshot ?? "" })}`;
  return { compare: { href, text: `What grew from ${clockTime(base.t, zone)} to ${clockTime(head.t, zone)}` } };
}

/** @param {import("../wire.js").State} s @returns {NoteText | null} */
function patientNote(s) {
  const last = s.last_exit ? ` Last one: ${s.last_exit}.` : "";
  switch (s.status) {
    case "halted":
      return { tone: "fault", icon: "fault", lead: `${s.target} stopped and is not started again.`, text: last.trim(), action: "", resume: true };
    case "backing-off":
      return { tone: "watch", icon: "restart", lead: `${s.target} is gone; trying again.`, text: `Attempt ${s.attempt ?? 1} in ${s.backing_off_ms ?? 0}\u00a0ms.${last}`, action: "", resume: false };
    case "starting":
      return { tone: "", icon: "restart", lead: `${s.target} is starting.`, text: "The charts go on with its first reading.", action: "", resume: false };
  }
  return null;
}

const ACTIONS = { retry: "Try now", live: "Go live", reset: "Whole window", "": "" };

// Shows the note above the charts, in the mark-up the server left there.
export class NoteBar {
  #bar = one("[data-note]");
  #key = "";
  /** @type {NoteText["action"]} */
  #action = "";

  /** @param {(action: NoteText["action"]) => void} act */
  constructor(act) {
    one("[data-note-action]", this.#bar).addEventListener("click", () => act(this.#action));
  }

  /** @param {NoteText | null} note */
  show(note) {
    const key = JSON.stringify(note);
    if (key === this.#key) return;
    this.#key = key;
    this.#bar.hidden = !note;
    if (!note) return;
    this.#action = note.action;
    one("[data-note-box]", this.#bar).className = `note grow ${note.tone}`;
    one("use", this.#bar).setAttribute("href", `#i-${note.icon}`);
    one(".i", this.#bar).classList.toggle("solid", note.icon === note.tone);
    write(one("[data-note-lead]", this.#bar), note.lead);
    write(one("[data-note-text]", this.#bar), note.text);
    const button = one("[data-note-action]", this.#bar);
    button.hidden = !note.action;
    write(button, ACTIONS[note.action]);
    one("[data-pans]", this.#bar).hidden = note.action !== "reset";
    const compare = one("[data-note-compare]", this.#bar);
    compare.hidden = !note.compare;
    if (note.compare) compare.href = note.compare.href;
    write(compare, note.compare?.text ?? "");
    button.classList.toggle("go", !note.compare); // one button to press
    const resume = one("[data-resume]", this.#bar);
    if (resume) resume.hidden = !note.resume;
  }
}
