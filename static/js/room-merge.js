// @ts-check

/** @typedef {import("../wire.js").Sight} Sight */
/** @typedef {import("../wire.js").RoomShown} RoomShown */

/** A sight after a frame, which lists the steps that have changed; null when
 * the sight has to be asked for anew, because the room is another. What a frame
 * leaves out, because not everybody may see it, stays.
 * @param {Sight} sight @param {RoomShown} frame @returns {Sight | null} */
export function merged(sight, frame) {
  if (frame.id !== sight.id) return null;
  if (frame.rev < sight.rev) return sight;
  const { rev, here, members, view } = frame;
  const steps = sight.steps.map((old) => {
    const now = frame.steps.find((s) => s.lesson === old.lesson && s.step === old.step);
    return now ? { ...now, questions: now.questions ?? old.questions } : old;
  });
  return { ...sight, rev, here, members, view, steps };
}

/** Of two sights the one to keep: answers may overtake each other.
 * @param {Sight | null} held @param {Sight} got */
export const newer = (held, got) => (held && held.id === got.id && got.rev < held.rev ? held : got);
