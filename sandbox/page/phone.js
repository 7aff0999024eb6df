// A feature phone. The simulator keeps the phone's state and sends it whole after each change; this
// file shows it and passes key presses on. Only what a real handset keeps to itself is kept here:
// what is being typed, which message is open, which messages were read.

const byId = (id) => document.getElementById(id);
const number = phoneNumber();
const api = `/api/phones/${encodeURIComponent(number)}`;

let view = null; // the phone, as the simulator last told
let isConnected = false;
const own = {
  closed: "first", // a closing screen that was put away; "first": whatever is there when the page opens
  inbox: false,
  cursor: 0, // the highlighted message
  open: null, // the id of the open message
  notice: "", // what the network says instead of a screen
  lastDialled: "",
  mode: "", // the mode shown last, so that typing is dropped when it changes
  hasHungUp: false, // the red key was pressed: that the answer on its way was lost is no news
};
const read = new Set(JSON.parse(sessionStorage.getItem(`read ${number}`) ?? "[]"));

/* ---- who this phone is ---- */

function phoneNumber() {
  const asked = new URLSearchParams(location.search).get("phone");
  const known = asked ?? sessionStorage.getItem("phone") ?? randomNumber();
  sessionStorage.setItem("phone", known);
  return known;
}

function randomNumber() {
  return `07${10 + Math.floor(Math.random() * 20)}${String(Math.floor(Math.random() * 1e6)).padStart(6, "0")}`;
}

/* ---- what the phone is doing ---- */

function mode() {
  if (!view) return "off";
  if (view.prompt) return "pin";
  if (view.is_waiting) return "waiting";
  if (view.is_in_session) return "ussd";
  if (own.notice) return "notice";
  if (view.screen?.kind === "end" && own.closed !== screenKey()) return "ended";
  if (own.open) return "message";
  if (own.inbox) return "inbox";
  return "idle";
}

// A closing screen has no id; its session is over, so text and number of messages tell it apart.
function screenKey() {
  return view?.screen ? JSON.stringify(view.screen) : "";
}

const messages = () => [...(view?.inbox ?? [])].reverse(); // newest first
const unread = () => messages().filter((sms) => !read.has(sms.id));
const isTyping = (now) => ["idle", "ussd", "pin"].includes(now);

/* ---- showing it ---- */

function show() {
  // A prompt covers the closing screen that announced it.
  if (view?.prompt) own.closed = screenKey();
  const now = mode();
  if (now !== own.mode) {
    byId("entry").value = "";
    own.mode = now;
    byId("body").scrollTop = 0;
  }
  showEntry(now);
  showText(now);
  showMessages(now);
  showSoftKeys(now);
  showMeter(now);
  showPanel(now);
  byId("lcd").classList.toggle("is-off", !isConnected || view?.is_reachable === false);
  byId("signal").classList.toggle("is-lost", !isConnected || view?.is_reachable === false);
  const waiting = unread().length;
  byId("envelope").hidden = waiting === 0;
  byId("envelope").textContent = `\u2709${waiting}`;
  byId("envelope").setAttribute("aria-label", `${waiting} unread`);
}

function showEntry(now) {
  const entry = byId("entry");
  byId("entry-line").hidden = !isTyping(now);
  entry.placeholder = now === "idle" ? "Dial" : "";
  entry.maxLength = now === "pin" ? 4 : 160;
  entry.type = now === "pin" ? "password" : "text";
  byId("entry-label").textContent = { ussd: "Your reply", pin: "M-Pesa PIN" }[now] ?? "Number to dial";
}

function showText(now) {
  const texts = {
    off: () => "Looking for\nthe simulator...",
    pin: () => {
      const { amount_cents, business, shortcode, reference } = view.prompt;
      return `M-PESA\nDo you want to pay ${shillings(amount_cents)} to PAYBILL ${shortcode} ${business}, Account ${reference}?\nEnter M-PESA PIN:`;
    },
    waiting: () => "USSD code running...",
    ussd: () => view.screen?.text ?? "",
    ended: () => view.screen.text,
    notice: () => own.notice,
    message: () => {
      const sms = messages().find(({ id }) => id === own.open);
      return sms ? `From ${sms.from}\n${time(sms.at)}\n\n${sms.text}` : "";
    },
    inbox: () => (messages().length ? "" : "No messages"),
    idle: () => `${clock()}\n${unread().length ? `${count(unread().length, "new message")}` : "Safaricom (simulated)"}`,
  };
  const text = texts[now]();
  // A live region speaks when it changes; the same text is left alone.
  if (byId("text").textContent !== text) byId("text").textContent = text;
  byId("text").classList.toggle("is-idle", now === "idle");
  byId("text").setAttribute("aria-live", now === "idle" ? "off" : "polite"); // the clock is not worth speaking
}

function showMessages(now) {
  const list = byId("messages");
  list.hidden = now !== "inbox";
  if (list.hidden) return;
  own.cursor = Math.min(own.cursor, Math.max(0, messages().length - 1));
  list.replaceChildren(
    ...messages().map((sms, index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = `${read.has(sms.id) ? " " : "\u2709"} ${sms.from}: ${sms.text}`;
      button.classList.toggle("is-unread", !read.has(sms.id));
      button.setAttribute("aria-current", String(index === own.cursor));
      button.addEventListener("click", () => openMessage(index));
      const item = document.createElement("li");
      item.append(button);
      return item;
    }),
  );
}

function softKeys(now) {
  const clear = { word: "Clear", act: clearOne };
  const typed = byId("entry").value !== "";
  return {
    off: [null, null],
    pin: [{ word: "OK", act: send }, typed ? clear : { word: "Cancel", act: cancelPin }],
    waiting: [null, { word: "Cancel", act: hangUp }],
    ussd: [{ word: "Reply", act: send }, typed ? clear : { word: "Cancel", act: hangUp }],
    ended: [{ word: "OK", act: back }, null],
    notice: [{ word: "OK", act: back }, null],
    message: [null, { word: "Back", act: back }],
    inbox: [messages().length ? { word: "Open", act: () => openMessage(own.cursor) } : null, { word: "Back", act: back }],
    idle: [{ word: unread().length ? "Read" : "Messages", act: openInbox }, typed ? clear : null],
  }[now];
}

function showSoftKeys(now) {
  const keys = softKeys(now);
  for (const [index, side] of ["left", "right"].entries()) {
    const word = keys[index]?.word ?? "";
    byId(`soft-${side}-label`).textContent = word;
    const button = byId(`soft-${side}`);
    button.textContent = "\u2014";
    button.setAttribute("aria-label", word || `${side} key, nothing to do`);
  }
}

function showMeter(now) {
  const screen = ["ussd", "ended"].includes(now) ? view.screen : null;
  const meter = byId("meter");
  meter.classList.toggle("is-over", Boolean(screen && screen.septets > screen.budget));
  byId("meter-count").textContent = screen ? `${screen.septets}/${screen.budget}` : "0/160";
  byId("meter-count").setAttribute("aria-label", screen ? `${screen.septets} of ${screen.budget} septets` : "no screen");
  byId("meter-fill").style.width = screen ? `${Math.min(100, (100 * screen.septets) / screen.budget)}%` : "0";
  byId("screen-name").textContent = screen?.name ?? "";
  const faults = screen?.faults ?? [];
  byId("fault").hidden = faults.length === 0;
  byId("fault").textContent = faults.length ? `The service broke a rule: ${faults.join("; ")}.` : "";
}

function showPanel(now) {
  const hints = {
    off: () => "Connecting to the simulator.",
    pin: () => "M-Pesa asks for a PIN. Type it (a new phone has 1234), then press OK.",
    waiting: () => "The network waits for the service.",
    ussd: () => "Type your choice and press the green key.",
    ended: () => unread().length
      ? "There is a new message. Press OK, then Read."
      : "The session is over. Wait for a prompt or a message, or press OK and dial again.",
    notice: () => `Press OK, then dial ${view.service_code}.`,
    message: () => "Press Back when you have read it.",
    inbox: () => "Choose a message and press Open.",
    idle: () => {
      if (unread().length) return "There is a new message. Press Read.";
      if (byId("entry").value) return "Press the green key.";
      return `Dial ${view.service_code} and press the green key.`;
    },
  };
  const hint = own.notice && now !== "notice" ? own.notice : hints[now]();
  byId("hint").textContent = isConnected ? hint : "The simulator does not answer. Is it still running?";
  if (!view) return;
  for (const place of document.querySelectorAll("[data-number]")) place.textContent = view.number;
  for (const place of document.querySelectorAll("[data-local-number]")) place.textContent = view.local_number;
  for (const place of document.querySelectorAll("[data-short-code]")) place.textContent = view.short_code;
  for (const place of document.querySelectorAll("[data-paybill]")) place.textContent = view.paybill;
  byId("balance").textContent = shillings(view.mpesa_balance_cents);
  const total = messages().length;
  byId("open-inbox").textContent = total ? `${total} (${unread().length} unread)` : "none";
  byId("open-inbox").disabled = total === 0;
  document.title = `${unread().length ? `(${unread().length}) ` : ""}${view.local_number}`;
}

function showOpponent(status) {
  byId("opponent").setAttribute("aria-checked", String(status.on));
  byId("opponent-word").textContent = status.on ? "on" : "off";
  const trouble = status.troubles.at(-1);
  const words = {
    off: "Off. Switch it on if you are alone: it joins the game that you start.",
    getting_ready: `Getting ready: registering and depositing.${trouble ? ` Last trouble: ${trouble}` : ""}`,
    ready: "Ready. It joins when you reach your first question.",
  };
  byId("opponent-state").textContent = words[status.state] + (status.games ? ` ${count(status.games, "game")} played.` : "");
}

/* ---- words ---- */

const shillings = (cents) => `KES ${(cents / 100).toLocaleString("en-KE", { minimumFractionDigits: 2 })}`;
const time = (at) => new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
const clock = () => time(Date.now());
const count = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

/* ---- doing things ---- */

async function call(path, body, method = "POST") {
  try {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(path, { method, headers, body: JSON.stringify(body ?? {}) });
    const result = await answer.json();
    if (!answer.ok && !(answer.status === 409 && own.hasHungUp)) own.notice = result.error;
    return answer.ok ? result : null;
  } catch {
    own.notice = "The simulator does not answer.";
    return null;
  } finally {
    show();
  }
}

// Shows at once what the phone will be doing, so that the next key finds it so. Requests go one
// after the other: a red key must not overtake, nor be overtaken by, the green one after it.
let queue = Promise.resolve();
let asked = 0;

function act(path, body, expected = {}) {
  view = { ...view, ...expected };
  show();
  const turn = ++asked;
  queue = queue.then(async () => {
    const result = (await call(`${api}/${path}`, body)) ?? (await fetch(api).then((answer) => answer.json(), () => null));
    // What a later key has led to is newer than this.
    if (result?.number && turn === asked) view = result;
    show();
  });
  return queue;
}

function type(key) {
  const now = mode();
  if (now === "inbox" || now === "message") leaveInbox();
  if (!isTyping(mode())) return;
  show(); // the mode may have changed
  const entry = byId("entry");
  own.notice = "";
  if (entry.value.length < entry.maxLength) entry.value += key;
  show();
}

function clearOne() {
  byId("entry").value = byId("entry").value.slice(0, -1);
  show();
}

// The green key, Enter, and OK.
function send() {
  const entry = byId("entry");
  const text = entry.value;
  const now = mode();
  own.hasHungUp = false;
  if (now === "idle" && text === "") {
    entry.value = own.lastDialled || view.service_code;
    return show();
  }
  if (now === "idle") {
    own.lastDialled = text;
    own.closed = "";
    entry.value = "";
    return act("dial", { code: text }, { is_waiting: true });
  }
  if (now === "ussd") {
    own.closed = "";
    entry.value = "";
    return act("reply", { text }, { is_waiting: true });
  }
  if (now === "pin" && text !== "") {
    entry.value = "";
    return act("pin", { pin: text }, { prompt: null });
  }
  if (now === "inbox" && messages().length) return openMessage(own.cursor);
  if (now === "ended" || now === "notice") return back();
}

function hangUp() {
  own.hasHungUp = true;
  return act("hangup", {}, { is_in_session: false, is_waiting: false });
}

function cancelPin() {
  return act("pin/cancel", {}, { prompt: null });
}

// The red key: out of everything, one thing at a time.
function end() {
  const now = mode();
  if (now === "pin") return cancelPin();
  if (now === "ussd" || now === "waiting") {
    own.closed = screenKey();
    return hangUp();
  }
  if (now === "idle") byId("entry").value = "";
  back();
}

function back() {
  const now = mode();
  if (now === "notice") own.notice = "";
  else if (now === "ended") own.closed = screenKey();
  else if (now === "message") own.open = null;
  else if (now === "inbox") own.inbox = false;
  show();
}

function leaveInbox() {
  own.inbox = false;
  own.open = null;
}

function openInbox() {
  if (mode() === "ended") own.closed = screenKey();
  own.notice = "";
  own.inbox = true;
  own.open = null;
  own.cursor = 0;
  show();
}

function openMessage(index) {
  own.cursor = index;
  own.open = messages()[index].id;
  read.add(own.open);
  sessionStorage.setItem(`read ${number}`, JSON.stringify([...read]));
  show();
}

function scroll(direction) {
  if (mode() === "inbox") {
    own.cursor = Math.max(0, Math.min(messages().length - 1, own.cursor + direction));
    show();
    byId("messages").children[own.cursor]?.scrollIntoView({ block: "nearest" });
  } else {
    byId("body").scrollBy({ top: direction * 57 });
  }
}

/* ---- keys ---- */

for (const key of document.querySelectorAll("[data-key]")) {
  key.addEventListener("click", () => type(key.dataset.key));
}
byId("call").addEventListener("click", send);
byId("ok").addEventListener("click", send);
byId("end").addEventListener("click", end);
byId("up").addEventListener("click", () => scroll(-1));
byId("down").addEventListener("click", () => scroll(1));
byId("soft-left").addEventListener("click", () => softKeys(mode())[0]?.act());
byId("soft-right").addEventListener("click", () => softKeys(mode())[1]?.act());
byId("open-inbox").addEventListener("click", openInbox);
byId("entry").addEventListener("input", show);
byId("second").addEventListener("click", () => {
  byId("second").href = `/?phone=${randomNumber()}`;
});
byId("paybill").addEventListener("submit", (event) => {
  event.preventDefault();
  const [account, amount, pin] = ["account", "amount", "pin"].map((name) => byId(`paybill-${name}`));
  own.notice = "";
  act("paybill", { account: account.value, amount_cents: Math.round(Number(amount.value) * 100), pin: pin.value });
  pin.value = "";
});
byId("opponent").addEventListener("click", async () => {
  const on = byId("opponent").getAttribute("aria-checked") !== "true";
  const status = await call("/api/opponent", { on }, "PUT");
  if (status) showOpponent(status);
});

// What is typed here is not typed on the phone.
byId("texting").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = byId("texting-text").value;
  const sent = await call(`${api}/sms`, { text });
  byId("texting-state").textContent = sent ? `Sent: ${text}` : own.notice;
  if (sent) byId("texting-text").value = "";
});
byId("opt-out").addEventListener("click", async () => {
  const done = await call(`${api}/optout`);
  byId("texting-state").textContent = done ? "Opted out: the service was told." : own.notice;
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.("form")) return; // what is typed there is not a key of the phone
  const isInEntry = event.target === byId("entry");
  const isOnControl = event.target.closest?.("button, a");
  if (event.key === "Escape") end();
  else if (event.key === "ArrowUp" || event.key === "ArrowDown") scroll(event.key === "ArrowUp" ? -1 : 1);
  else if (event.key === "Enter" && !isOnControl) send();
  else if (event.key === "Backspace" && !isInEntry) clearOne();
  else if (!isInEntry && event.key.length === 1 && !(isOnControl && event.key === " ")) type(event.key);
  else return;
  event.preventDefault();
  press(event.key);
});

// The key on the picture goes down with the one on the desk.
function press(key) {
  const button = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  button?.classList.add("is-pressed");
  setTimeout(() => button?.classList.remove("is-pressed"), 120);
}

/* ---- news from the simulator ---- */

const news = new EventSource(`${api}/events`);
news.addEventListener("phone", (event) => {
  view = JSON.parse(event.data);
  if (own.closed === "first") own.closed = view.is_in_session ? "" : screenKey();
  isConnected = true;
  show();
});
news.addEventListener("opponent", (event) => showOpponent(JSON.parse(event.data)));
news.addEventListener("error", async () => {
  isConnected = false;
  // A number that is no Kenyan mobile is refused for good; the reason is worth more than a retry.
  if (news.readyState === EventSource.CLOSED) {
    const answer = await fetch(api).then((reply) => reply.json(), () => null);
    show();
    byId("text").textContent = answer?.error ?? "The simulator does not answer.";
    return;
  }
  show();
});
setInterval(show, 20_000); // the clock
show();
