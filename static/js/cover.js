// @ts-check
import { apiURL, call } from "./api.js";
import { one } from "./dom.js";

/** Keeps the button that shows the names of a blind lesson, where there is one.
 * @returns {(state: {covered: boolean}) => void} told of each state */
export function cover() {
  const button = one("[data-cover]");
  button?.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await call("PUT", apiURL("cover"), { body: { covered: false } });
    } finally {
      button.disabled = false; // the next state hides it
    }
  });
  return (state) => { if (button) button.hidden = !state.covered; };
}
