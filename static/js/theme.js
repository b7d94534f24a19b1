// @ts-check
import { all } from "./dom.js";

const dark = matchMedia("(prefers-color-scheme: dark)");

/** Connects the theme button. Canvases redraw on the "themechange" event. */
export function theme() {
  const root = document.documentElement;
  const announce = () => document.dispatchEvent(new Event("themechange"));
  dark.addEventListener("change", announce);
  for (const button of all("[data-theme-toggle]")) {
    button.addEventListener("click", () => {
      const now = root.dataset.theme ?? (dark.matches ? "dark" : "light");
      root.dataset.theme = now === "dark" ? "light" : "dark";
      try {
        localStorage.setItem("leakline.theme", root.dataset.theme);
      } catch {
        // Not remembered, but it works for this page.
      }
      announce();
    });
  }
}
