// Words and figures as people read them, and small helpers for the page's elements.

export const byId = (id) => document.getElementById(id);

export const shillings = (cents) => `KES ${(cents / 100).toLocaleString("en-KE", { minimumFractionDigits: 2 })}`;
export const time = (at) => new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
export const count = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

export function timeToTheMillisecond(at) {
  const date = new Date(at);
  return `${date.toLocaleTimeString("en-GB")}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

// `2:05`, of what is left: a second that has begun counts whole.
export function countdown(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

// `+254712345678` as `0712345678`.
export const local = (number) => (number ?? "").replace(/^\+254/, "0");

// An element with its properties and what is in it; nothing is ever read as HTML.
export function element(tag, properties = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...inside.filter((part) => part !== undefined && part !== null));
  return made;
}

// Lines of at most so many characters, broken at blanks where there are some: how a feature phone
// fills its display.
export function wrap(text, columns) {
  const lines = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    for (let word of paragraph.split(" ")) {
      const fits = line === "" ? word.length <= columns : line.length + 1 + word.length <= columns;
      if (fits) {
        line = line === "" ? word : `${line} ${word}`;
        continue;
      }
      if (line !== "") lines.push(line);
      while (word.length > columns) {
        lines.push(word.slice(0, columns));
        word = word.slice(columns);
      }
      line = word;
    }
    lines.push(line);
  }
  return lines;
}
