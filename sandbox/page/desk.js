// The phones side by side: which there are, which one the keyboard plays, and its next step.

import { call } from "./api.js";
import { byId, element } from "./words.js";
import { Handset } from "./handset.js";

const handsets = new Map(); // by number, in the order of the desk
let active = null;
let isConnected = false;
let openSim = () => {};
let listeners = [];

// `sim` opens the settings of a handset.
export function startDesk({ sim }) {
  openSim = sim;
  document.addEventListener("keydown", keyDown);
  setInterval(() => handsets.forEach((handset) => handset.tick()), 500);
  setInterval(() => handsets.forEach((handset) => handset.show()), 20_000); // the clock on the display
}

// Hears of the numbers on the desk whenever they change.
export function onDesk(listener) {
  listeners.push(listener);
}

const desk = {
  chosen: choose,
  changed: (handset) => handset === active && showHint(),
  sim: (handset) => openSim(handset),
  removed: async (handset) => {
    const result = await call("DELETE", handset.api);
    if (result?.error) byId("hint").textContent = result.error;
  },
};

// Everything that lies on the desk, anew.
export function showDesk(views) {
  const numbers = new Set(views.map((view) => view.number));
  for (const [number, handset] of handsets) {
    if (numbers.has(number)) continue;
    handset.root.remove();
    handsets.delete(number);
  }
  for (const view of views) {
    const known = handsets.get(view.number);
    if (known) {
      known.hear(view);
      continue;
    }
    const handset = new Handset(view, desk);
    handsets.set(view.number, handset);
    byId("desk").append(handset.root);
  }
  document.body.classList.toggle("has-one-phone", handsets.size === 1);
  if (!handsets.has(active?.number)) choose([...handsets.values()][0] ?? null);
  if (handsets.size === 0) byId("desk").replaceChildren(element("p", { class: "empty" }, "No phone on the desk. Add one above."));
  else byId("desk").querySelector(".empty")?.remove();
  listeners.forEach((listener) => listener(views));
}

export function showPhone(view) {
  handsets.get(view.number)?.hear(view);
}

export function choose(handset) {
  if (active === handset) return;
  active?.root.classList.remove("is-active");
  active = handset;
  active?.root.classList.add("is-active");
  showHint();
}

export function chooseNumber(number) {
  const handset = handsets.get(number);
  if (!handset) return;
  choose(handset);
  handset.root.scrollIntoView({ block: "nearest", inline: "center" });
}

export function connected(is) {
  isConnected = is;
  handsets.forEach((handset) => handset.connected(is));
  showHint();
}

function showHint() {
  const unread = [...handsets.values()].reduce((sum, handset) => sum + handset.view.unread.length, 0);
  document.title = `${unread ? `(${unread}) ` : ""}Sandbox`;
  let hint = "The simulator does not answer. Is it still running?";
  if (isConnected) hint = active ? `${handsets.size > 1 ? `${active.view.local_number}: ` : ""}${active.hint}` : "Add a phone to begin.";
  if (byId("hint").textContent !== hint) byId("hint").textContent = hint;
}

function keyDown(event) {
  if (event.metaKey || event.altKey) return;
  if (event.ctrlKey) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step && !inForm(event.target)) {
      event.preventDefault();
      next(step);
    }
    return;
  }
  // What is typed into a form, and what moves about in the panel, is no key of the phone.
  if (!active || inForm(event.target) || document.querySelector("dialog[open]")) return;
  const owner = event.target.closest?.(".slot");
  if (!owner && event.target.closest?.("#panel, .top") && !/^[0-9*#]$|^Escape$/.test(event.key)) return;
  if (active.press(event)) event.preventDefault();
}

const inForm = (target) => Boolean(target.closest?.("form, dialog, select"));

function next(step) {
  const all = [...handsets.values()];
  if (all.length === 0) return;
  const at = (all.indexOf(active) + step + all.length) % all.length;
  chooseNumber(all[at].number);
  all[at].at("phone").querySelector(".lcd-entry:not([hidden]) input")?.focus({ preventScroll: true });
}
