// @ts-check

const SETTING = "leakline.follow";

// Whether this tab follows the presenter, from page to page.
let now = stored();

export const following = () => now;

/** @param {boolean} on */
export function follow(on) {
  now = on;
  try {
    sessionStorage.setItem(SETTING, on ? "on" : "off");
  } catch {
    // Storage may be forbidden; then it lasts as long as the page.
  }
}

function stored() {
  try {
    return sessionStorage.getItem(SETTING) === "on";
  } catch {
    return false;
  }
}
