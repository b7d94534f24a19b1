// @ts-check
import { one, write } from "./dom.js";
import { count } from "./format.js";

/** Connects the line that says who is here, and lets this browser have a name.
 * @param {import("./room.js").Room} room */
export function joining(room) {
  const form = one("[data-join]"), field = one("input", form), status = one("[data-join-status]");
  const say = (/** @type {string} */ text, fault = false) => {
    status.classList.toggle("fault", fault);
    write(status, text);
  };
  form.addEventListener("submit", async (/** @type {Event} */ e) => {
    e.preventDefault();
    try {
      await room.join({ name: field.value });
      say(`You are here as ${room.sight?.me?.name}.`);
    } catch (error) {
      say(error instanceof Error ? error.message : String(error), true);
    }
  });
  let known = "";
  room.on(() => {
    const { me, here, id } = /** @type {import("../wire.js").Sight} */ (room.sight), name = me?.name ?? "";
    write(one("[data-room-here]"), here === 1 ? "1 is here" : `${count(here)} are here`);
    if (known === id + name) return;
    known = id + name;
    if (field !== document.activeElement) field.value = name;
    write(one("button", form), name ? "Rename" : "Join");
    say("");
  });
}
