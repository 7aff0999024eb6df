// A feature phone. The simulator keeps the phone's state and sends it whole after each change; here
// it is held and key presses are passed on. Only what a real handset keeps to itself is kept here:
// what is being typed, which message is open, which closing screen was put away.

import { call } from "./api.js";
import { element, shillings, time, count } from "./words.js";
import { showHandset, showClock } from "./lcd.js";

export class Handset {
  // `desk` hears of `chosen`, `changed`, `sim` and `removed`.
  constructor(view, desk) {
    this.view = view;
    this.desk = desk;
    this.seenAt = performance.now(); // when the view came, for the countdown
    this.isConnected = true;
    this.closed = view.is_in_session ? -1 : view.shown_count; // the closing screen that was put away
    this.inbox = false;
    this.cursor = 0; // the highlighted message
    this.open = null; // the id of the open message
    this.refusal = ""; // what the network says instead of a screen
    this.lastDialled = "";
    this.mode_ = ""; // the mode shown last, so that typing is dropped when it changes
    this.hasHungUp = false; // that the answer on its way was lost is no news then
    this.queue = Promise.resolve();
    this.asked = 0;
    this.root = document.getElementById("phone-template").content.firstElementChild.cloneNode(true);
    this.bind();
    this.show();
  }

  get number() {
    return this.view.number;
  }

  get api() {
    return `/api/phones/${encodeURIComponent(this.number)}`;
  }

  at(name) {
    return this.root.querySelector(`[data-${name}]`);
  }

  get entry() {
    return this.at("entry");
  }

  /* ---- what the phone is doing ---- */

  get mode() {
    const { view } = this;
    if (!view.is_on) return "off";
    if (view.prompt) return "pin";
    if (view.is_waiting) return "waiting";
    if (view.is_in_session) return "ussd";
    if (this.refusal) return "refusal";
    if (this.closed !== view.shown_count) {
      if (view.notice) return "notice";
      if (view.screen?.kind === "end") return "ended";
    }
    if (this.open) return "message";
    if (this.inbox) return "inbox";
    return "idle";
  }

  get isTyping() {
    return ["idle", "ussd", "pin"].includes(this.mode);
  }

  // Newest first.
  get messages() {
    return [...this.view.inbox].reverse();
  }

  get unread() {
    return new Set(this.view.unread);
  }

  // What stands on the screen.
  get text() {
    const { view } = this;
    const texts = {
      off: () => "",
      pin: () => {
        const { amount_cents, business, shortcode, reference } = view.prompt;
        return `M-PESA\nDo you want to pay ${shillings(amount_cents)} to PAYBILL ${shortcode} ${business}, Account ${reference}?\nEnter M-PESA PIN:`;
      },
      waiting: () => "USSD code running...",
      ussd: () => view.shown?.text ?? "",
      ended: () => view.shown?.text ?? "",
      notice: () => view.notice.text,
      refusal: () => this.refusal,
      message: () => {
        const sms = this.messages.find(({ id }) => id === this.open);
        return sms ? `From ${sms.from}\n${time(sms.at)}\n\n${sms.text}` : "";
      },
      inbox: () => (this.messages.length ? "" : "No messages"),
      idle: () => `${time(Date.now())}\n${this.idleLine}`,
    };
    return texts[this.mode]();
  }

  get idleLine() {
    const { view } = this;
    if (!view.has_signal) return "No network";
    if (view.unread.length) return count(view.unread.length, "new message");
    return view.network.name;
  }

  // What to do next, for whoever holds it.
  get hint() {
    const { view } = this;
    const hints = {
      off: () => `This phone is off${view.held ? `, and ${count(view.held, "message")} wait at the gateway` : ""}. Switch it on above it.`,
      pin: () => `M-Pesa asks for a PIN. Type ${view.mpesa_pin} and press OK.`,
      waiting: () => "The network waits for the service.",
      ussd: () => (view.shown?.pages > 1 ? "The screen is too long, so the network made pages of it: 98 and 00 turn them." : "Type your choice and press the green key."),
      ended: () => (view.unread.length ? "There is a new message. Press OK, then Read." : "The session is over. Wait for a prompt or a message, or press OK and dial again."),
      notice: () => view.notice.why,
      refusal: () => `Press OK, then dial ${view.service_code}.`,
      message: () => "Press Back when you have read it.",
      inbox: () => "Choose a message and press Open.",
      idle: () => {
        if (!view.has_signal) return `No signal${view.held ? `: ${count(view.held, "message")} wait at the gateway` : ""}. Switch airplane mode off above the phone.`;
        if (view.unread.length) return "There is a new message. Press Read.";
        if (this.entry.value) return "Press the green key.";
        return `Dial ${view.service_code} and press the green key.`;
      },
    };
    return hints[this.mode]();
  }

  softKeys() {
    const clear = { word: "Clear", act: () => this.clearOne() };
    const back = (word) => ({ word, act: () => this.back() });
    const typed = this.entry.value !== "";
    const idle = [{ word: this.view.unread.length ? "Read" : "Messages", act: () => this.openInbox() }, typed ? clear : null];
    return {
      off: [null, null],
      pin: [{ word: "OK", act: () => this.send() }, typed ? clear : { word: "Cancel", act: () => this.cancelPin() }],
      waiting: [null, { word: "Cancel", act: () => this.hangUp() }],
      ussd: [{ word: "Reply", act: () => this.send() }, typed ? clear : { word: "Cancel", act: () => this.hangUp() }],
      ended: [back("OK"), null],
      notice: [back("OK"), null],
      refusal: [back("OK"), null],
      message: [{ word: "Delete", act: () => this.deleteMessage() }, back("Back")],
      inbox: [this.messages.length ? { word: "Open", act: () => this.openMessage(this.cursor) } : null, back("Back")],
      idle,
    }[this.mode];
  }

  /* ---- showing it ---- */

  show() {
    // A prompt covers the closing screen that announced it.
    if (this.view.prompt) this.closed = this.view.shown_count;
    const now = this.mode;
    if (now !== this.mode_) {
      this.entry.value = "";
      this.mode_ = now;
      this.at("body").scrollTop = 0;
    }
    showHandset(this, now);
    this.desk.changed(this);
  }

  tick() {
    showClock(this, performance.now() - this.seenAt);
  }

  // A new state from the simulator.
  hear(view) {
    this.view = view;
    this.seenAt = performance.now();
    this.show();
    this.tick();
  }

  connected(isConnected) {
    this.isConnected = isConnected;
    this.show();
  }

  /* ---- doing things ---- */

  // Shows at once what the phone will be doing, so that the next key finds it so. Requests go one
  // after the other: a red key must not overtake, nor be overtaken by, the green one after it.
  act(path, body, expected = {}) {
    this.view = { ...this.view, ...expected };
    this.show();
    const turn = ++this.asked;
    this.queue = this.queue.then(async () => {
      let result = await call("POST", `${this.api}/${path}`, body ?? {});
      if (result?.error) {
        if (!(result.status === 409 && this.hasHungUp)) this.refusal = result.error;
        result = await call("GET", this.api);
      }
      // What a later key has led to is newer than this.
      if (result?.number && turn === this.asked) this.hear(result);
      else this.show();
    });
    return this.queue;
  }

  async set(settings) {
    const result = await call("PATCH", this.api, settings);
    if (result?.number) this.hear(result);
    return result;
  }

  type(key) {
    if (this.mode === "inbox" || this.mode === "message") this.leaveInbox();
    if (!this.isTyping) return;
    this.show(); // the mode may have changed
    if (this.entry.value.length < this.entry.maxLength) this.entry.value += key;
    this.show();
  }

  clearOne() {
    this.entry.value = this.entry.value.slice(0, -1);
    this.show();
  }

  // The green key, Enter, and OK.
  send() {
    const text = this.entry.value;
    const now = this.mode;
    this.hasHungUp = false;
    if (now === "idle" && text === "") {
      this.entry.value = this.lastDialled || this.view.service_code;
      return this.show();
    }
    if (now === "idle") {
      this.lastDialled = text;
      this.closed = -1;
      this.entry.value = "";
      return this.act("dial", { code: text }, { is_waiting: true, notice: null });
    }
    if (now === "ussd") {
      this.closed = -1;
      this.entry.value = "";
      return this.act("reply", { text }, { is_waiting: true });
    }
    if (now === "pin" && text !== "") {
      this.entry.value = "";
      return this.act("pin", { pin: text }, { prompt: null });
    }
    if (now === "inbox" && this.messages.length) return this.openMessage(this.cursor);
    if (["ended", "notice", "refusal"].includes(now)) return this.back();
  }

  hangUp() {
    this.hasHungUp = true;
    this.closed = this.view.shown_count;
    return this.act("hangup", {}, { is_in_session: false, is_waiting: false, session: null });
  }

  cancelPin() {
    return this.act("pin/cancel", {}, { prompt: null });
  }

  // The red key: out of everything, one thing at a time.
  end() {
    const now = this.mode;
    if (now === "pin") return this.cancelPin();
    if (now === "ussd" || now === "waiting") return this.hangUp();
    if (now === "idle") this.entry.value = "";
    this.back();
  }

  back() {
    const now = this.mode;
    if (now === "refusal") this.refusal = "";
    else if (now === "ended" || now === "notice") this.closed = this.view.shown_count;
    else if (now === "message") this.open = null;
    else if (now === "inbox") this.inbox = false;
    this.show();
  }

  /* ---- messages ---- */

  leaveInbox() {
    this.inbox = false;
    this.open = null;
  }

  openInbox() {
    this.inbox = true;
    this.open = null;
    this.cursor = 0;
    this.show();
  }

  async openMessage(index) {
    this.cursor = index;
    this.open = this.messages[index].id;
    this.show();
    const result = await call("POST", `${this.api}/inbox/${encodeURIComponent(this.open)}/read`, {});
    if (result?.number) this.hear(result);
  }

  async deleteMessage() {
    const id = this.open;
    this.open = null;
    const result = await call("DELETE", `${this.api}/inbox/${encodeURIComponent(id)}`);
    if (result?.number) this.hear(result);
  }

  scroll(direction) {
    if (this.mode === "inbox") {
      this.cursor = Math.max(0, Math.min(this.messages.length - 1, this.cursor + direction));
      this.show();
      this.at("messages").children[this.cursor]?.scrollIntoView({ block: "nearest" });
    } else {
      this.at("body").scrollBy({ top: direction * 57 });
    }
  }

  /* ---- keys ---- */

  bind() {
    for (const key of this.root.querySelectorAll("[data-key]")) {
      key.addEventListener("click", () => this.type(key.dataset.key));
    }
    for (const [index, side] of ["left", "right"].entries()) {
      this.root.querySelector(`[data-soft="${side}"]`).addEventListener("click", () => this.softKeys()[index]?.act());
    }
    const deeds = {
      call: () => this.send(),
      ok: () => this.send(),
      end: () => this.end(),
      up: () => this.scroll(-1),
      down: () => this.scroll(1),
      signal: () => this.set({ has_signal: !this.view.has_signal }),
      power: () => this.set({ is_on: !this.view.is_on }),
      remove: () => this.desk.removed(this),
      sim: () => this.desk.sim(this),
    };
    for (const button of this.root.querySelectorAll("[data-do]")) {
      button.addEventListener("click", deeds[button.dataset.do]);
    }
    this.entry.addEventListener("input", () => this.show());
    this.root.addEventListener("focusin", () => this.desk.chosen(this));
    this.root.addEventListener("pointerdown", () => this.desk.chosen(this));
  }

  // A key of the keyboard; whether it was one of the phone.
  press(event) {
    const isInEntry = event.target === this.entry;
    const isOnControl = event.target.closest?.("button, a, select, summary");
    if (event.key === "Escape") this.end();
    else if (event.key === "ArrowUp" || event.key === "ArrowDown") this.scroll(event.key === "ArrowUp" ? -1 : 1);
    else if (event.key === "Enter" && !isOnControl) this.send();
    else if (event.key === "Backspace" && !isInEntry) this.clearOne();
    else if (!isInEntry && event.key.length === 1 && !(isOnControl && event.key === " ")) this.type(event.key);
    else return false;
    this.light(event.key);
    return true;
  }

  // The key on the picture goes down with the one on the desk.
  light(key) {
    const button = this.root.querySelector(`[data-key="${CSS.escape(key)}"]`);
    button?.classList.add("is-pressed");
    setTimeout(() => button?.classList.remove("is-pressed"), 120);
  }

  messageButton(sms, index) {
    const isUnread = this.unread.has(sms.id);
    return element(
      "button",
      {
        type: "button",
        class: isUnread ? "is-unread" : "",
        "aria-current": String(index === this.cursor),
        "aria-label": `${isUnread ? "Unread, " : ""}from ${sms.from}: ${sms.text}`,
        onclick: () => this.openMessage(index),
      },
      `${isUnread ? "\u2709" : " "} ${sms.from}: ${sms.text}`,
    );
  }
}
