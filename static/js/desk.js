// @ts-check
import { apiURL, call } from "./api.js";
import { make, one, zoneMinute } from "./dom.js";
import { clockTime } from "./format.js";

/** @typedef {{taken: boolean, yours: boolean, since: string | null}} Desk */

let asking = false;
let yours = false;

/** Says who has the desk, after something was changed or refused. It is asked for
 * only when that may have become another.
 * @param {boolean} refused */
export async function desk(refused) {
  if (asking || (yours && !refused)) return;
  asking = true;
  try {
    show(await call("GET", apiURL("desk")));
  } catch {
    // The refusal itself has been told; the header stays as it was.
  } finally {
    asking = false;
  }
}

/** @param {Desk} desk */
function show(desk) {
  yours = desk.yours;
  const place = one("[data-desk]");
  const chip = (/** @type {string} */ tone, /** @type {(Node | string)[]} */ ...words) => make("span", { class: `chip ${tone}` }, ...words);
  if (desk.yours) return place.replaceChildren(chip("accent", "You have the desk"));
  if (!desk.taken) return place.replaceChildren(chip("accent", "Instructor"));
  const take = make("button", { class: "btn", type: "button" }, "Take over");
  take.addEventListener("click", async () => {
    take.setAttribute("disabled", "");
    try {
      show(await call("POST", apiURL("desk")));
    } catch (error) {
      take.replaceWith(chip("fault", error instanceof Error ? error.message : String(error)));
    }
  });
  const since = clockTime(Date.parse(desk.since ?? ""), zoneMinute()).slice(0, 5);
  place.replaceChildren(chip("watch", "Another instructor has the desk", make("span", { class: "opt-l" }, `since ${since}`)), take);
}
