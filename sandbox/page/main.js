// The page: phones, the wire, the faults. Everything that it shows comes by one stream of events,
// and everything that it does is in the simulator's HTTP API.

import { call, follow } from "./api.js";
import { byId, count } from "./words.js";
import { connected, onDesk, showDesk, showPhone, startDesk } from "./desk.js";
import { startExchange } from "./exchange.js";
import { askFaults, setFaultPhones, startFaults } from "./faults.js";
import { openSim, startSim } from "./sim.js";
import { cleared, forgetWire, hearWire, setPhones, startWire } from "./wire.js";

let hasBegun = false;

startDesk({ sim: openSim });
startWire();
startExchange();
startFaults();
startSim();
startTabs();
onDesk(setPhones);
onDesk(setFaultPhones);

follow({
  desk: begin,
  phone: showPhone,
  wire: hearWire,
  cleared,
  opponent: showOpponent,
  faults: askFaults,
  connection: (is) => {
    if (is) forgetWire();
    connected(is);
  },
});

// A page with an empty desk puts a phone there; `/?phone=0712345678` asks for one by its number.
async function begin(views) {
  showDesk(views);
  if (hasBegun) return;
  hasBegun = true;
  const number = new URLSearchParams(location.search).get("phone") ?? undefined;
  if (number === undefined && views.length > 0) return;
  const result = await call("POST", "/api/phones", { number });
  if (result?.error) byId("hint").textContent = result.error;
}

function showOpponent(status) {
  byId("opponent").setAttribute("aria-checked", String(status.on));
  const trouble = status.troubles.at(-1);
  const words = {
    off: "Off. Switch it on if you are alone: it joins the game that you start.",
    getting_ready: `Getting ready: registering and depositing.${trouble ? ` Last trouble: ${trouble}` : ""}`,
    ready: "Ready. It joins when you reach your first question.",
  };
  byId("opponent-state").textContent = words[status.state] + (status.games ? ` ${count(status.games, "game")} played.` : "");
}

byId("opponent").addEventListener("click", async () => {
  const on = byId("opponent").getAttribute("aria-checked") !== "true";
  const status = await call("PUT", "/api/opponent", { on });
  if (status && !status.error) showOpponent(status);
});

byId("reset").addEventListener("click", async () => {
  if (!confirm("Forget all phones, messages, money, faults and the record of the simulator?")) return;
  const result = await call("POST", "/api/reset", {});
  if (result?.error) byId("hint").textContent = result.error;
  else location.reload();
});

// Arrow keys move between the tabs, as people who use a keyboard expect.
function startTabs() {
  const tabs = [...document.querySelectorAll('[role="tab"]')];
  const choose = (chosen) => {
    for (const tab of tabs) {
      const isChosen = tab === chosen;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      byId(tab.getAttribute("aria-controls")).hidden = !isChosen;
    }
  };
  tabs.forEach((tab, index) => {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = tabs[(index + step + tabs.length) % tabs.length];
      choose(next);
      next.focus();
      event.preventDefault();
    });
  });
}
