// The dialogs about a phone: putting one on the desk; its SIM, its money, its SMS, the paybill.

import { call } from "./api.js";
import { byId, element } from "./words.js";
import { chooseNumber } from "./desk.js";

const cents = (text) => Math.round(Number(text) * 100);
let handset = null; // the phone of the open dialog
let balanceThen = 0; // what it had when the dialog opened, in cents

export async function startSim() {
  const networks = (await call("GET", "/api/networks")) ?? [];
  for (const select of document.querySelectorAll("[data-networks]")) {
    select.replaceChildren(...networks.map(({ network, name, screen_budget }) => element("option", { value: network }, `${name} (${screen_budget})`)));
  }
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.querySelector("[data-close]")?.addEventListener("click", () => dialog.close());
  }
  byId("add-phone").addEventListener("click", () => {
    byId("adding-form").reset();
    tell("adding", {});
    byId("adding").showModal();
  });
  byId("adding-form").addEventListener("submit", add);
  byId("sim-settings").addEventListener("submit", save);
  byId("sim-paybill").addEventListener("submit", pay);
  byId("sim-sms").addEventListener("submit", text);
  byId("sim-optout").addEventListener("click", optOut);
}

async function add(event) {
  event.preventDefault();
  const { number, network, balance, pin } = event.target.elements;
  const settings = { network: network.value };
  if (number.value.trim()) settings.number = number.value;
  if (balance.value) settings.mpesa_balance_cents = cents(balance.value);
  if (pin.value) settings.mpesa_pin = pin.value;
  const result = await call("POST", "/api/phones", settings);
  tell("adding", result);
  if (result?.error) return;
  byId("adding").close();
  chooseNumber(result.number);
}

export function openSim(phone) {
  handset = phone;
  const { view } = phone;
  byId("sim-title").textContent = `Phone ${view.local_number}`;
  for (const place of document.querySelectorAll("[data-short-code]")) place.textContent = view.short_code;
  for (const place of document.querySelectorAll("[data-paybill]")) place.textContent = view.paybill;
  for (const form of ["sim-paybill", "sim-sms"]) byId(form).reset();
  const { network, balance, pin, registered } = byId("sim-settings").elements;
  network.value = view.network.network;
  balanceThen = view.mpesa_balance_cents;
  balance.value = (view.mpesa_balance_cents / 100).toFixed(2);
  pin.value = view.mpesa_pin;
  registered.checked = view.is_mpesa_registered;
  tell("sim", {});
  byId("sim").showModal();
}

async function save(event) {
  event.preventDefault();
  const { network, balance, pin, registered } = event.target.elements;
  const settings = { mpesa_pin: pin.value, is_mpesa_registered: registered.checked };
  // The balance may have moved meanwhile; only one that was typed is set.
  if (cents(balance.value) !== balanceThen) settings.mpesa_balance_cents = cents(balance.value);
  if (network.value !== handset.view.network.network) settings.network = network.value;
  tell("sim", await handset.set(settings), "Saved.");
}

async function pay(event) {
  event.preventDefault();
  const { account, amount, pin } = event.target.elements;
  const order = { account: account.value, amount_cents: cents(amount.value), pin: pin.value };
  pin.value = "";
  tell("sim", await call("POST", `${handset.api}/paybill`, order), "Paid.");
}

async function text(event) {
  event.preventDefault();
  const field = event.target.elements.text;
  const result = await call("POST", `${handset.api}/sms`, { text: field.value });
  if (!result?.error) field.value = "";
  tell("sim", result, "Sent.");
}

async function optOut() {
  tell("sim", await call("POST", `${handset.api}/optout`, {}), "Opted out: the service was told.");
}

function tell(dialog, result, done = "") {
  byId(dialog).querySelector("[data-error]").textContent = result?.error ?? "";
  const place = byId(dialog).querySelector("[data-done]");
  if (place) place.textContent = result?.error ? "" : done;
}
