// Everything of an issue that is words: its head, an error, text, message and source.
// All of it enters as text, never as markup.
const $ = (id) => document.getElementById(id);
export const ORDER = ["error", "warning", "note"];
const WORDS = { error: "Error", warning: "Warning", note: "Note" };
// An octagon, a triangle, a disc: each with its mark.
const SHAPES = {
  error: "M5 0h6l5 5v6l-5 5H5l-5-5V5zM7 3.5v6h2v-6zm0 7.5v2h2v-2z",
  warning: "M8 .5 16 15.5H0zM7 5.5v5h2v-5zm0 6v2h2v-2z",
  note: "M8 0a8 8 0 1 1 0 16A8 8 0 1 1 8 0zM7 3v2h2V3zm0 3.5V13h2V6.5z",
};

export function made(name, className, ...inside) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...inside);
  return element;
}

// The shape tells the severities apart without colour; the word tells them without either.
export function severity(kind) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", SHAPES[kind]);
  path.setAttribute("fill-rule", "evenodd");
  svg.append(path);
  return made("span", `severity ${kind}`, svg, WORDS[kind]);
}

// A place in the shown issue is a way to it; a place in another file is a name to copy.
function place(path, line, issue, goTo) {
  const name = line ? `${path}:${line}` : path;
  if (!line || path !== issue.path) return made("code", "", name);
  const button = made("button", "place", name);
  button.type = "button";
  button.addEventListener("click", () => goTo(line));
  return button;
}

// Commands keep their small letter, and Markdown at the end gets no full stop.
export const sentence = (text) =>
  text.replace(/^(?!newsletter\b)\p{Ll}/u, (letter) => letter.toUpperCase()).replace(/[\p{L}\p{N}"]$/u, "$&.");
export const plural = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;

export function showHead({ path, mail }) {
  $("path").textContent = path;
  $("subject").textContent = mail?.subject || path;
  document.title = `${mail?.subject || path} · preview`;
  const { name, address } = mail?.from ?? {};
  $("from").textContent = mail ? `from ${name ? `${name} <${address}>` : address}` : "";
  const share = mail ? mail.bytes / mail.clip : 0;
  $("size").className = share >= 1 ? "over" : share > 0.9 ? "near" : "";
  const limit = mail ? Math.floor(mail.clip / 1000) : 0;
  const said = share >= 1 ? `Gmail clips it at ${limit} KB` : `${Math.round(share * 100)} % of Gmail’s ${limit} KB`;
  $("size").textContent = mail ? `HTML ${(mail.bytes / 1000).toFixed(1)} KB · ${said}` : "";
  $("size-bar").style.width = `${Math.min(100, share * 100)}%`;
}

export function showError(issue, goTo) {
  const { error, mail } = issue;
  const told = JSON.stringify(error);
  if ($("error").dataset.told === told) return; // said once, not again at each choice
  $("error").dataset.told = told;
  $("error").hidden = !error;
  $("error").replaceChildren();
  if (!error) return;
  const shown = mail ? "What is shown is the last version that could be made." : "";
  const todo = `${sentence(error.todo)} ${shown}`.trim();
  $("error").append(made("p", "", made("b", "", sentence(error.what))), made("p", "", todo));
  if (error.where) $("error").append(made("p", "place-line", place(error.where, error.line, issue, goTo)));
}

// What was waived is told, and keeps nothing from being sent.
export function asItCounts(one) {
  return one.waiver ? { ...one, severity: "note", todo: `waived: ${one.waiver}` } : one;
}

export function showText(text) {
  const lines = text.split("\n");
  const widest = lines.reduce((most, line) => Math.max(most, [...line].length), 0);
  $("text").textContent = text;
  $("text-facts").textContent = text ? `${plural(lines.length - 1, "line")}, the longest of ${plural(widest, "character")}` : "";
}

export function showMessage({ headers, raw, bytes }) {
  $("message-facts").textContent = bytes ? `${plural(bytes, "byte")}, ${plural(headers.length, "header")}; the links act on nobody` : "";
  $("headers").replaceChildren(...headers.flatMap(([name, value]) => [made("dt", "", name), made("dd", "", value)]));
  $("raw").textContent = raw;
}

// What is to be said under which line of the issue: its findings, or what keeps it from being read.
function remarks(issue) {
  const found = new Map();
  const add = (line, kind, words) => {
    found.set(line, [...(found.get(line) ?? []), made("span", `remark ${kind}`, severity(kind), ` ${words}`)]);
  };
  if (issue?.error) {
    // The findings are of the last version that could be read: by now their lines may be wrong.
    if (issue.error.where === issue.path && issue.error.line) add(issue.error.line, "error", sentence(issue.error.what));
    return found;
  }
  for (const one of (issue?.findings ?? []).map(asItCounts)) {
    if (one.path === issue.path) add(one.line, one.severity, `${sentence(one.what)} ${sentence(one.todo)}`);
  }
  return found;
}

export function showSource(text, issue) {
  const here = document.querySelector(".here")?.id;
  const said = remarks(issue);
  const lines = text.replace(/\n$/, "").split("\n").map((line, index) => {
    const row = made("span", "", `${line}\n`, ...(said.get(index + 1) ?? []));
    row.id = `line-${index + 1}`;
    row.classList.toggle("here", row.id === here);
    return row;
  });
  $("source").replaceChildren(...lines);
}
