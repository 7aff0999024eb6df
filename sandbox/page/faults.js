// The fault panel, made of what the simulator says it can play.

import { call } from "./api.js";
import { byId, count, element, local } from "./words.js";

let points = [];

// Words for a value, and the field that takes it.
const VALUES = {
  status: { label: "Status", type: "number", min: 400, max: 599, value: 503 },
  code: { label: "Code", type: "text", maxlength: 20, placeholder: "1032" },
  amount_cents: { label: "Amount, KES", type: "number", min: 0, step: "0.01", cents: true },
  delay_ms: { label: "After, milliseconds", type: "number", min: 0, value: 5000 },
  text: { label: "Text", type: "text", maxlength: 60 },
  choice: { label: "Which" },
};

export async function startFaults() {
  byId("fault-point").addEventListener("change", showKinds);
  byId("fault-kind").addEventListener("change", showValue);
  byId("fault-form").addEventListener("submit", queue);
  byId("faults-clear").addEventListener("click", async () => hear(await call("DELETE", "/api/faults")));
}

// The faults that wait have changed.
export async function askFaults() {
  hear(await call("GET", "/api/faults"));
}

export function setFaultPhones(views) {
  const select = byId("fault-phone");
  const chosen = select.value;
  select.replaceChildren(element("option", { value: "" }, "any phone"), ...views.map(({ number, local_number }) => element("option", { value: number }, local_number)));
  select.value = views.some(({ number }) => number === chosen) ? chosen : "";
}

function hear(list) {
  if (!list?.points) {
    byId("fault-state").textContent = list?.error ?? "";
    return;
  }
  const isFirst = points.length === 0;
  points = list.points;
  if (isFirst) showPoints();
  showWaiting();
}

const chosenPoint = () => points.find(({ point }) => point === byId("fault-point").value);
const chosenKind = () => chosenPoint()?.faults.find(({ fault }) => fault === byId("fault-kind").value);

function showPoints() {
  const group = (label, isRequest) => {
    const options = points.filter((point) => point.is_request === isRequest).map(({ point, label: words }) => element("option", { value: point }, words));
    return element("optgroup", { label }, ...options);
  };
  byId("fault-point").replaceChildren(group("Messages of the providers", false), group("Requests of the service", true));
  byId("fault-point").value = points.some(({ point }) => point === "stk_callback") ? "stk_callback" : points[0].point;
  showKinds();
}

function showKinds() {
  const { faults, has_phone } = chosenPoint();
  byId("fault-kind").replaceChildren(...faults.map(({ fault, label }) => element("option", { value: fault }, `${fault}: ${label}`)));
  byId("fault-phone-line").hidden = !has_phone;
  if (!has_phone) byId("fault-phone").value = "";
  showValue();
}

function showValue() {
  const { value, choices } = chosenKind();
  byId("fault-value-line").hidden = !value;
  byId("fault-value-place").replaceChildren();
  if (!value) return;
  const { label, cents, ...attributes } = VALUES[value] ?? VALUES.text;
  byId("fault-value-label").textContent = label;
  const field = choices?.length
    ? element("select", { name: "value", required: true }, ...choices.map((choice) => element("option", { value: choice }, choice)))
    : element("input", { name: "value", required: true, autocomplete: "off", ...attributes });
  byId("fault-value-place").append(field);
}

async function queue(event) {
  event.preventDefault();
  const { point, fault, phone, times, value } = event.target.elements;
  const wanted = { point: point.value, fault: fault.value, times: Number(times.value) };
  if (phone.value) wanted.phone = phone.value;
  if (value) wanted.value = VALUES[chosenKind().value]?.cents ? Math.round(Number(value.value) * 100) : value.value;
  const result = await call("POST", "/api/faults", wanted);
  byId("fault-state").textContent = result?.error ?? "Queued.";
  if (!result?.error) hear(result);
}

function showWaiting() {
  const rows = points.flatMap(({ point, label, waiting }) => waiting.map((fault) => ({ point, label, ...fault })));
  byId("fault-list").replaceChildren(
    ...rows.map(({ point, label, fault, value, phone, times }) =>
      element(
        "li",
        {},
        element("b", {}, label),
        element("span", {}, `${fault}${value === null ? "" : `=${value}`}${times > 1 ? `, ${times} times` : ""}${phone ? `, for ${local(phone)}` : ""}`),
        element("button", { type: "button", class: "link", "aria-label": `Forget the faults at: ${label}`, onclick: async () => hear(await call("DELETE", `/api/faults/${point}`)) }, "forget"),
      ),
    ),
  );
  const total = rows.reduce((sum, { times }) => sum + times, 0);
  byId("fault-none").hidden = total > 0;
  byId("faults-badge").hidden = total === 0;
  byId("faults-badge").textContent = total;
  byId("faults-badge").title = `${count(total, "fault")} waiting`;
}
