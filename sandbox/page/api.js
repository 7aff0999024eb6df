// The simulator's HTTP API, and its one stream of news for the whole page.

// What was answered, or `{error}` with the reason in words. `null` for an answer without a body.
export async function call(method, path, body) {
  try {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    if (answer.status === 204) return null;
    const text = await answer.text();
    const result = readJson(text);
    if (answer.ok) return result;
    return { error: result?.error ?? `The simulator answered ${answer.status}.`, status: answer.status };
  } catch {
    return { error: "The simulator does not answer.", status: 0 };
  }
}

function readJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// Calls the listener of each event; `connection` hears of `true` and `false`.
export function follow(listeners) {
  const news = new EventSource("/api/events");
  for (const [name, listener] of Object.entries(listeners)) {
    if (name === "connection") continue;
    news.addEventListener(name, (event) => listener(JSON.parse(event.data)));
  }
  news.addEventListener("open", () => listeners.connection(true));
  news.addEventListener("error", () => listeners.connection(false));
}
