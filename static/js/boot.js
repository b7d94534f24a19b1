// Runs before the first paint, so that a remembered theme does not flash.
(() => {
  const { dataset } = document.documentElement;
  try {
    const theme = localStorage.getItem("leakline.theme");
    if (theme === "light" || theme === "dark") dataset.theme = theme;
  } catch {
    // Storage may be forbidden; the system's theme then decides.
  }
  if (new URLSearchParams(location.search).get("view") === "room") dataset.view = "room";
})();
