// @ts-check

/** Keeps the focus of who works by keys. A control that rests while it works is
 * disabled, and the browser would drop its focus: the section around it takes
 * it, and gives it back when the control is ready again.
 * @param {HTMLElement} root @param {string} section a selector */
export function keepFocus(root, section) {
  /** @type {Element | null} */ let last = null;
  /** @type {Element | null} */ let resting = null;
  root.addEventListener("focusin", (e) => { if (e.target instanceof Element) last = e.target; });
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const control = /** @type {HTMLButtonElement} */ (target), around = /** @type {HTMLElement | null} */ (control.closest(section));
      const here = document.activeElement;
      if (control.disabled && control === last && (here === control || here === document.body)) {
        resting = control;
        around?.setAttribute("tabindex", "-1");
        around?.focus();
      } else if (!control.disabled && control === resting) {
        resting = null;
        if (here === around) control.focus();
      }
    }
  }).observe(root, { subtree: true, attributeFilter: ["disabled"] });
}
