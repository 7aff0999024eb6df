// What a handset looks like: its display, its soft keys, the meter and the clock below, the strip
// above. Reads the handset and changes nothing but the picture.

import { countdown, element, shillings, wrap } from "./words.js";

const COLUMNS = 22; // of the display
const FULL = 200; // septets at the right end of the meter
const LATE_MS = 10_000; // the clock turns red when less is left

export function showHandset(handset, now) {
  const { view } = handset;
  handset.root.dataset.number = view.local_number;
  handset.root.dataset.mode = now;
  showStrip(handset);
  showStatus(handset);
  showEntry(handset, now);
  showText(handset, now);
  showMessages(handset, now);
  showSoftKeys(handset);
  showMeter(handset, now);
}

function showStrip(handset) {
  const { view, root } = handset;
  handset.at("local-number").textContent = view.local_number;
  handset.at("network").textContent = view.network.name;
  handset.at("phone").setAttribute("aria-label", `Phone ${view.local_number}, ${view.network.name}`);
  root.setAttribute("aria-label", `Phone ${view.local_number}`);
  const tool = (name, label, isPressed) => {
    const button = root.querySelector(`[data-do="${name}"]`);
    button.setAttribute("aria-label", `${label}, ${view.local_number}`);
    if (isPressed !== undefined) button.setAttribute("aria-pressed", String(isPressed));
  };
  tool("signal", "Airplane mode", !view.has_signal);
  tool("power", "Switched off", !view.is_on);
  tool("remove", "Take off the desk");
  const balance = handset.at("balance");
  if (balance.textContent !== shillings(view.mpesa_balance_cents)) balance.textContent = shillings(view.mpesa_balance_cents);
}

function showStatus(handset) {
  const { view } = handset;
  const isLost = !handset.isConnected || !view.has_signal;
  const lcd = handset.at("lcd");
  lcd.classList.toggle("is-off", !view.is_on);
  lcd.classList.toggle("is-dim", !handset.isConnected);
  handset.at("signal").classList.toggle("is-lost", isLost);
  handset.at("signal").setAttribute("aria-label", isLost ? "No signal" : "Signal");
  handset.at("operator").textContent = view.is_on ? view.network.name : "";
  const envelope = handset.at("envelope");
  envelope.hidden = view.unread.length === 0;
  envelope.textContent = `\u2709${view.unread.length}`;
  envelope.setAttribute("aria-label", `${view.unread.length} unread`);
}

function showEntry(handset, now) {
  const { entry } = handset;
  handset.at("entry-line").hidden = !handset.isTyping;
  entry.placeholder = now === "idle" ? "Dial" : "";
  entry.maxLength = { pin: 4, ussd: handset.view.network.reply_limit }[now] ?? 160;
  entry.type = now === "pin" ? "password" : "text";
  handset.at("entry-label").textContent = { ussd: "Your reply", pin: "M-Pesa PIN" }[now] ?? "Number to dial";
}

function showText(handset, now) {
  const place = handset.at("text");
  const text = wrap(handset.text, COLUMNS).join("\n");
  // A live region speaks when it changes; the same text is left alone.
  if (place.textContent !== text) place.textContent = text;
  place.classList.toggle("is-idle", now === "idle");
  place.setAttribute("aria-live", now === "idle" ? "off" : "polite"); // the clock is not worth speaking
}

function showMessages(handset, now) {
  const list = handset.at("messages");
  list.hidden = now !== "inbox";
  if (list.hidden) return;
  const { messages } = handset;
  handset.cursor = Math.min(handset.cursor, Math.max(0, messages.length - 1));
  list.replaceChildren(...messages.map((sms, index) => element("li", {}, handset.messageButton(sms, index))));
}

function showSoftKeys(handset) {
  const keys = handset.softKeys();
  for (const [index, side] of ["left", "right"].entries()) {
    const word = keys[index]?.word ?? "";
    handset.root.querySelector(`[data-soft-label="${side}"]`).textContent = word;
    const button = handset.root.querySelector(`[data-soft="${side}"]`);
    button.textContent = "\u2014";
    button.setAttribute("aria-label", word || `${side} key, nothing to do`);
  }
}

function showMeter(handset, now) {
  const { view } = handset;
  const screen = ["ussd", "ended", "waiting"].includes(now) ? view.screen : null;
  const meter = handset.at("meter");
  const budget = screen?.budget ?? view.network.screen_budget;
  meter.classList.toggle("is-over", Boolean(screen && screen.septets > budget));
  const figure = handset.at("meter-count");
  figure.textContent = `${screen?.septets ?? 0}/${budget}`;
  figure.setAttribute("aria-label", screen ? `${screen.septets} of ${budget} septets` : `no screen; ${budget} septets allowed`);
  handset.at("meter-fill").style.width = `${Math.min(100, (100 * (screen?.septets ?? 0)) / FULL)}%`;
  handset.at("meter-budget").style.left = `${(100 * budget) / FULL}%`;
  handset.at("screen-name").textContent = screen?.name ?? "";
  const faults = now === "ussd" || now === "ended" ? (screen?.faults ?? []) : [];
  const words = faults.length ? `The service broke a rule: ${faults.join("; ")}.` : "";
  const place = handset.at("fault");
  place.hidden = words === "";
  if (place.textContent !== words) place.textContent = words;
}

// The seconds that are left, so long after the simulator told them.
export function showClock(handset, passed) {
  const { session } = handset.view;
  const clock = handset.at("clock");
  clock.classList.toggle("is-running", Boolean(session));
  const whole = session ? session.ends_in_ms - passed : 0;
  const idle = session?.idle_in_ms === null || session === null ? null : session.idle_in_ms - passed;
  const left = Math.min(whole, idle ?? Infinity);
  clock.classList.toggle("is-late", Boolean(session) && left < LATE_MS);
  handset.at("session-clock").textContent = session ? `session ${countdown(whole)}` : "no session";
  handset.at("idle-clock").textContent = session && idle !== null ? `reply in ${countdown(idle)}` : "";
}
