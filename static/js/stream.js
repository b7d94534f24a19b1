// @ts-check
import { retryMs } from "./retry.js";

/** @typedef {import("../wire.js").History} History */
/** @typedef {import("../wire.js").Frame} Frame */

/**
 * Where frames come from; a parameter so that tests need no network.
 * @typedef {object} Source
 * @property {(signal: AbortSignal) => Promise<History>} history
 * @property {(epoch: string, after: number) => WebSocket} socket
 */

/**
 * @typedef {object} Listener
 * @property {(h: History) => void} history the window, whenever it was fetched
 * @property {(f: Frame) => void} frame each frame exactly once, in order
 * @property {() => void} live
 * @property {(waitMs: number, retryNow: () => void, why: string) => void} lost
 */

// At 10 Hz something comes all the time, even while the patient is down; a
// socket this quiet is dead without knowing it.
const SILENCE_MS = 15_000;

/**
 * Fetches the window once, then follows the socket until signal aborts.
 * After a break it resumes behind the last frame seen, so that a chart has
 * every reading or a visible gap; when the server no longer has what was
 * missed, the window is fetched again.
 * @param {Source} source @param {Listener} on @param {AbortSignal} signal
 */
export async function follow(source, on, signal) {
  const place = { epoch: "", seq: 0 };
  for (let attempt = 0; !signal.aborted; attempt++) {
    let why = "";
    try {
      if (!place.epoch) {
        const history = await source.history(signal);
        place.epoch = history.epoch;
        place.seq = history.seq;
        on.history(history);
      }
      const flowed = await session(source.socket(place.epoch, place.seq), place, on, signal);
      if (flowed) attempt = 0;
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
    }
    if (!signal.aborted) await pause(retryMs(attempt, Math.random()), on, why, signal);
  }
}

/** Hands on frames until the socket closes; tells whether any came.
 * @param {WebSocket} socket @param {{epoch: string, seq: number}} place
 * @param {Listener} on @param {AbortSignal} signal @returns {Promise<boolean>} */
function session(socket, place, on, signal) {
  return new Promise((resolve) => {
    let flowed = false;
    /** @type {ReturnType<typeof setTimeout>} */
    let watchdog;
    const listen = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(end, SILENCE_MS);
    };
    const end = () => {
      clearTimeout(watchdog);
      signal.removeEventListener("abort", end);
      socket.onmessage = socket.onclose = null;
      socket.close();
      resolve(flowed);
    };
    signal.addEventListener("abort", end);
    socket.onclose = end;
    socket.onmessage = ({ data }) => {
      listen();
      const frame = /** @type {Frame} */ (JSON.parse(data));
      switch (frame.type) {
        case "hello":
          if (!frame.resume) {
            place.epoch = "";
            end();
            return;
          }
          on.frame(frame);
          on.live();
          return;
        case "bye":
          return; // the close that follows says the rest
      }
      if (frame.seq <= place.seq) return;
      place.seq = frame.seq;
      flowed = true;
      on.frame(frame);
    };
    listen();
  });
}

/** Waits, unless somebody is in a hurry.
 * @param {number} ms @param {Listener} on @param {string} why @param {AbortSignal} signal
 * @returns {Promise<void>} */
function pause(ms, on, why, signal) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
    on.lost(ms, done, why);
  });
}
