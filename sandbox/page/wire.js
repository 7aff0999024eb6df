// The timeline of HTTP exchanges: newest first, filtered, paused, cleared, downloaded.

import { call } from "./api.js";
import { byId, count, element, local, timeToTheMillisecond } from "./words.js";
import { openExchange } from "./exchange.js";

const KEPT = 1_000; // exchanges that the page remembers
const SHOWN = 200; // rows in the list

let exchanges = []; // newest first
let skipped = 0;
let held = null; // what came while paused
const seen = { odd: 0 };

export function startWire() {
  byId("wire-filter").addEventListener("input", show);
  byId("wire-filter").addEventListener("submit", (event) => event.preventDefault());
  byId("wire-pause").addEventListener("click", pause);
  byId("wire-clear").addEventListener("click", () => call("DELETE", "/api/wire"));
  show();
}

// What was recorded since.
export function hearWire(news) {
  const newest = news.exchanges.reverse();
  skipped += news.skipped;
  if (held) held = [...newest, ...held].slice(0, KEPT);
  else exchanges = [...newest, ...exchanges].slice(0, KEPT);
  show();
}

// The stream began anew: what it told before comes once more.
export function forgetWire() {
  exchanges = [];
  skipped = 0;
  if (held) held = [];
}

export function cleared() {
  forgetWire();
  show();
}

export function setPhones(views) {
  const select = byId("wire-phone");
  const chosen = select.value;
  const options = views.map(({ number, local_number }) => element("option", { value: number }, local_number));
  select.replaceChildren(element("option", { value: "" }, "All phones"), ...options);
  select.value = views.some(({ number }) => number === chosen) ? chosen : "";
  show();
}

function pause() {
  const isPaused = held === null;
  byId("wire-pause").setAttribute("aria-pressed", String(isPaused));
  byId("wire-pause").textContent = isPaused ? "Go on" : "Pause";
  if (isPaused) held = [];
  else {
    exchanges = [...held, ...exchanges].slice(0, KEPT);
    held = null;
  }
  show();
}

const isOdd = (exchange) => Boolean(exchange.fault || exchange.failure || exchange.broken.length);

function filter() {
  const { phone, provider, text, odd } = byId("wire-filter").elements;
  return { phone: phone.value, provider: provider.value, text: text.value.trim().toLowerCase(), odd: odd.checked };
}

function fits(exchange, { phone, provider, text, odd }) {
  if (phone && exchange.phone !== phone) return false;
  if (provider && exchange.provider !== provider) return false;
  if (odd && !isOdd(exchange)) return false;
  if (!text) return true;
  const { url, label, request_body, response_body, fault, failure, broken } = exchange;
  const places = [url, label, request_body, response_body, fault, failure, ...broken.map(({ what }) => what)];
  return places.some((place) => place?.toLowerCase().includes(text));
}

function show() {
  const wanted = filter();
  const fitting = exchanges.filter((exchange) => fits(exchange, wanted));
  showRows(fitting.slice(0, SHOWN));
  byId("wire-empty").hidden = exchanges.length > 0;
  const parts = [fitting.length === exchanges.length ? count(exchanges.length, "exchange") : `${fitting.length} of ${count(exchanges.length, "exchange")}`];
  if (fitting.length > SHOWN) parts.push(`the newest ${SHOWN} shown`);
  if (skipped) parts.push(`${skipped} passed too fast to show`);
  if (held?.length) parts.push(`${held.length} held back`);
  byId("wire-count").textContent = exchanges.length || held?.length ? parts.join(", ") : "";
  const query = new URLSearchParams(Object.entries({ phone: wanted.phone, provider: wanted.provider, text: wanted.text }).filter(([, value]) => value));
  byId("wire-har").href = `/api/wire.har?${query}`;
  byId("wire-json").href = `/api/wire.json?${query}`;
  seen.odd = exchanges.filter((exchange) => exchange.broken.length).length;
  byId("wire-badge").hidden = seen.odd === 0;
  byId("wire-badge").textContent = seen.odd;
  byId("wire-badge").title = count(seen.odd, "exchange") + " in which the service broke a rule";
}

// Rows that are there already stay, so that the focus stays too.
function showRows(rows) {
  const list = byId("timeline");
  const there = new Map([...list.children].map((row) => [row.dataset.id, row]));
  const wanted = rows.map((exchange) => there.get(String(exchange.id)) ?? row(exchange));
  const keep = new Set(wanted);
  for (const old of [...list.children]) if (!keep.has(old)) old.remove();
  wanted.forEach((row, index) => {
    if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
  });
}

function row(exchange) {
  const isOut = exchange.direction === "to_service";
  const { status } = exchange;
  const kind = status === null ? "is-none" : status >= 400 ? "is-bad" : status >= 300 ? "is-odd" : "is-good";
  const notes = [
    exchange.fault && element("span", { class: "note is-fault" }, `fault ${exchange.fault}`),
    exchange.failure && !exchange.broken.length && element("span", { class: "note is-broken" }, exchange.failure),
    ...exchange.broken.map(({ what }) => element("span", { class: "note is-broken" }, what)),
  ].filter(Boolean);
  const button = element(
    "button",
    { type: "button", class: `exchange-row ${isOut ? "is-out" : "is-in"}`, onclick: () => openExchange(exchange) },
    element("span", { class: "when" }, timeToTheMillisecond(exchange.at)),
    element("span", { class: "who" }, element("b", {}, exchange.label), element("span", { class: "whom" }, local(exchange.phone)), element("span", { class: "way" }, `${exchange.from} \u2192 ${exchange.to}`)),
    element("span", { class: `status ${kind}` }, status === null ? "none" : String(status)),
    element("span", { class: "took" }, `${exchange.duration_ms} ms`),
    notes.length ? element("span", { class: "notes" }, ...notes) : null,
  );
  return element("li", { "data-id": exchange.id }, button);
}
