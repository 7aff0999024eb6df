// One exchange in full: who, when, how long, what was wrong and by which rule, both messages.

import { byId, element, local, timeToTheMillisecond } from "./words.js";

let shown = null;
let isRaw = false;

export function startExchange() {
  byId("exchange-close").addEventListener("click", () => byId("exchange").close());
  byId("exchange-form").addEventListener("click", () => {
    isRaw = !isRaw;
    show();
  });
  byId("exchange-curl").addEventListener("click", copy);
}

export function openExchange(exchange) {
  shown = exchange;
  byId("exchange-state").textContent = "";
  show();
  byId("exchange").showModal();
  byId("exchange").scrollTop = 0;
}

function show() {
  const { id, at, from, to, label, method, url, phone, status, duration_ms } = shown;
  byId("exchange-title").textContent = `${label}: ${from} \u2192 ${to}`;
  const about = phone ? `, about ${local(phone)}` : "";
  byId("exchange-line").textContent = `No. ${id}, ${timeToTheMillisecond(at)}, ${duration_ms} ms${about}`;
  byId("exchange-findings").replaceChildren(...findings(shown));
  byId("exchange-form").setAttribute("aria-pressed", String(isRaw));
  byId("request-head").textContent = `${method} ${url}\n${headers(shown.request_headers)}`;
  byId("request-body").textContent = body(shown.request_body, shown.request_headers);
  byId("response-head").textContent = status === null ? "no answer" : `${status}\n${headers(shown.response_headers)}`;
  byId("response-body").textContent = body(shown.response_body, shown.response_headers);
}

function findings({ fault, failure, broken }) {
  const found = [];
  if (fault) found.push(element("li", { class: "is-fault" }, element("b", {}, `Fault played: ${fault}`)));
  if (failure && !broken.length) found.push(element("li", { class: "is-broken" }, element("b", {}, failure)));
  for (const { what, rule, source } of broken) {
    const cited = element("span", {}, `Rule: ${rule}. `, element("cite", {}, source));
    found.push(element("li", { class: "is-broken" }, element("b", {}, what), cited));
  }
  return found;
}

const headers = (pairs) => pairs.map(([name, value]) => `${name}: ${value}`).join("\n");

function body(text, pairs) {
  if (text === "") return "(empty)";
  if (isRaw) return text;
  const kind = pairs.find(([name]) => name === "content-type")?.[1] ?? "";
  if (kind.includes("form-urlencoded")) {
    return [...new URLSearchParams(text)].map(([name, value]) => `${name} = ${value}`).join("\n");
  }
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

async function copy() {
  const state = byId("exchange-state");
  try {
    const answer = await fetch(`/api/wire/${shown.id}/curl`);
    if (!answer.ok) throw new Error((await answer.json()).error);
    const command = await answer.text();
    await navigator.clipboard.writeText(command);
    state.textContent = "Copied.";
  } catch (error) {
    state.textContent = `Not copied: ${error.message}`;
  }
}
