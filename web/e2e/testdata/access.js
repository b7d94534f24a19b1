// What a person who sees little, or uses no mouse, would stumble over on the
// page that is open. Evaluates to a function that returns complaints.
({ phone, anonymous }) => {
  const complaints = [];
  const say = (what, e) => complaints.push(`${what}: ${e.outerHTML.replace(/\s+/g, " ").slice(0, 110)}`);
  const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0;
  const all = (selector) => [...document.querySelectorAll(selector)].filter(seen);
  const INTERACTIVE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=radio], [role=application], [tabindex='0']";

  const ids = new Set();
  for (const e of document.querySelectorAll("[id]")) {
    if (ids.has(e.id)) say("a second element of this id", e);
    ids.add(e.id);
  }
  for (const e of document.querySelectorAll("[aria-labelledby], [aria-describedby], [aria-controls], label[for]")) {
    const named = ["aria-labelledby", "aria-describedby", "aria-controls", "for"].flatMap((a) => (e.getAttribute(a) ?? "").split(" ").filter(Boolean));
    for (const id of named) if (!document.getElementById(id)) say(`points to #${id}, which there is not`, e);
  }
  for (const e of all("table:not([role=presentation])")) {
    if (!e.caption && !e.querySelector("th[scope=col]")) say("a table without headers", e);
  }
  for (const e of all("[role=img], canvas, img, svg:not([aria-hidden=true])")) {
    if (!e.ariaLabel && !e.alt && !e.hasAttribute("aria-labelledby")) say("an image without a name", e);
  }
  for (const e of document.querySelectorAll(".status, [data-outcome], [data-predict-status]")) {
    if (!e.matches("[role=status], [role=alert], [aria-live]")) say("a status that is not announced", e);
  }
  if (!document.documentElement.lang) complaints.push("the page has no language");
  if (!anonymous && !document.querySelector(".skip")) complaints.push("nothing to skip the header with");

  // Colours, with what is half transparent laid over what lies behind.
  const colour = (text) => {
    const n = (text.match(/-?[\d.]+(e-?\d+)?/g) ?? []).map(Number);
    const scale = text.startsWith("color(") ? 255 : 1;
    return { r: n[0] * scale, g: n[1] * scale, b: n[2] * scale, a: n[3] ?? 1 };
  };
  const over = (top, under) => {
    const mix = (k) => top[k] * top.a + under[k] * (1 - top.a);
    return { r: mix("r"), g: mix("g"), b: mix("b"), a: 1 };
  };
  const behind = (e) => {
    const layers = [];
    for (let at = e; at; at = at.parentElement) {
      const c = colour(getComputedStyle(at).backgroundColor);
      if (c.a > 0) layers.push(c);
      if (c.a === 1) break;
    }
    return layers.reverse().reduce((under, top) => over(top, under), { r: 255, g: 255, b: 255, a: 1 });
  };
  const light = ({ r, g, b }) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const judged = new Set();
  while (texts.nextNode()) {
    const e = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || judged.has(e) || !seen(e) || e.closest(".sr, .skip, :disabled, [aria-disabled=true], script, style")) continue;
    judged.add(e);
    const style = getComputedStyle(e), ground = behind(e);
    const ink = colour(e.closest("svg") ? style.fill : style.color);
    let opacity = 1;
    for (let at = e; at; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
    const ratio = contrast(over({ ...ink, a: ink.a * opacity }, ground), ground);
    if (ratio < 4.5) say(`text of contrast ${ratio.toFixed(2)}`, e);
  }
  if (judged.size === 0) complaints.push("no text was found to judge");

  // What can be pressed by a thumb. A link in the middle of a sentence is as high as its line.
  if (phone) {
    for (const e of all("a[href], button, input:not([type=hidden]), select, summary, [role=radio]")) {
      if (e.matches(".skip") || e.closest(".sr")) continue;
      const sentence = e.matches("a") && getComputedStyle(e).display === "inline" && e.parentElement.textContent.trim() !== e.textContent.trim();
      if (sentence) continue;
      const box = (e.closest("label") ?? e).getBoundingClientRect();
      if (box.height < 23.5 || box.width < 23.5) say(`${box.width.toFixed(0)} × ${box.height.toFixed(0)} px to press`, e);
    }
  }

  // Wherever Tab leads one sees where one is. After a key, focus by a script is shown as a key's.
  if (!phone) {
    const stops = all(INTERACTIVE).filter((e) => e.tabIndex >= 0 && !e.disabled);
    for (const e of stops) {
      e.focus({ preventScroll: true });
      if (document.activeElement !== e) continue; // a radio group gives its focus to the one that is chosen
      const { outlineStyle, outlineWidth } = getComputedStyle(e);
      if (outlineStyle === "none" || parseFloat(outlineWidth) < 2) say("focus that is not seen", e);
    }
    if (stops.length === 0) complaints.push("no way in by keys");
    document.activeElement?.blur();
  }
  return [...new Set(complaints)];
}
