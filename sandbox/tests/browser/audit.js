// Finds what has no accessible name, text that is too faint on its ground, and doubled ids.
const isSeen = (at) => {
  const box = at.getBoundingClientRect();
  const style = getComputedStyle(at);
  return box.width > 0 && box.height > 0 && style.visibility === "visible" && !at.closest("[hidden]");
};
// While a dialog is open, only it can be reached.
const root = document.querySelector("dialog[open]") ?? document.body;
const say = (at) => `${at.tagName.toLowerCase()}${at.id ? `#${at.id}` : ""}.${at.className}`;

const nameOf = (at) => {
  const ids = (at.getAttribute("aria-labelledby") ?? "").split(" ").filter(Boolean);
  const labelled = ids.map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
  const labels = [...(at.labels ?? [])].map((label) => label.textContent).join(" ");
  const own = at.matches("input, select, textarea") ? "" : at.textContent;
  return [at.getAttribute("aria-label"), labelled, labels, own].find((name) => name?.trim())?.trim() ?? "";
};
const controls = root.querySelectorAll("button, a[href], input, select, textarea, [role=tab], [role=group], [role=img], [role=tabpanel], section, dialog, pre[tabindex]");
const nameless = [...controls].filter((at) => isSeen(at) && at.matches("section:not([aria-label], .phone):not(.panel, .desk)") === false && nameOf(at) === "").map(say);

const colour = (text) => {
  const parts = text.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0, 0];
  return { rgb: parts.slice(0, 3), alpha: parts[3] ?? 1 };
};
const over = (top, under) => top.rgb.map((part, i) => part * top.alpha + under[i] * (1 - top.alpha));
// The colours behind an element, the lightest and the darkest where they run into each other.
const grounds = (at) => {
  for (let up = at; up; up = up.parentElement) {
    const style = getComputedStyle(up);
    const stops = (style.backgroundImage.match(/rgba?\([^)]*\)/g) ?? []).map(colour).filter(({ alpha }) => alpha === 1);
    if (stops.length) return stops.map(({ rgb }) => rgb);
    const plain = colour(style.backgroundColor);
    if (plain.alpha === 1) return [plain.rgb];
    if (plain.alpha > 0 && up.parentElement) return grounds(up.parentElement).map((under) => over(plain, under));
  }
  return [[255, 255, 255]];
};
const light = (rgb) => {
  const [r, g, b] = rgb.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => {
  const [bright, dark] = [light(a), light(b)].sort((x, y) => y - x);
  return (bright + 0.05) / (dark + 0.05);
};
const faint = [];
for (const at of root.querySelectorAll("*")) {
  const text = [...at.childNodes].filter((node) => node.nodeType === 3).map((node) => node.textContent.trim()).join("");
  if (!text || !isSeen(at) || at.closest(".visually-hidden, option, noscript, .skip, template")) continue;
  const style = getComputedStyle(at);
  const ink = colour(style.color);
  const size = parseFloat(style.fontSize);
  const needed = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
  const worst = Math.min(...grounds(at).map((ground) => contrast(over(ink, ground), ground)));
  if (worst < needed) faint.push(`${say(at)} ${worst.toFixed(2)} "${text.slice(0, 30)}"`);
}

const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
const duplicates = ids.filter((id, index) => ids.indexOf(id) !== index);
return { nameless, faint: [...new Set(faint)], duplicates };
