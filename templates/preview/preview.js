"use strict";
const $ = (id) => document.getElementById(id);
const tabs = [...document.querySelectorAll("[role=tab]")];
const schemes = [...document.querySelectorAll("[data-scheme]")];
const figures = [...document.querySelectorAll("figure")];

function show(view) {
  for (const tab of tabs) {
    const on = tab.dataset.view === view;
    tab.setAttribute("aria-selected", on);
    tab.tabIndex = on ? 0 : -1;
    $("view-" + tab.dataset.view).hidden = !on;
  }
}

function scheme(name) {
  for (const button of schemes) button.setAttribute("aria-pressed", button.dataset.scheme === name);
  for (const figure of figures) figure.hidden = name !== "both" && figure.dataset.in !== name;
  figures.forEach(fit);
}

function fit(figure) {
  const frame = figure.querySelector("iframe");
  const page = frame.contentDocument;
  if (page && page.body && !figure.hidden) frame.style.height = Math.max(300, page.documentElement.scrollHeight + 2) + "px";
}

function listed(finding) {
  const item = document.createElement("li");
  item.className = finding.severity;
  const head = document.createElement("div");
  const severity = document.createElement("b");
  severity.textContent = finding.severity;
  const place = document.createElement("code");
  place.textContent = ` ${finding.path}:${finding.line} ${finding.rule}`;
  head.append(severity, place);
  const words = document.createElement("p");
  words.textContent = `${finding.what}; ${finding.todo}`;
  item.append(head, words);
  return item;
}

async function load() {
  const issue = await (await fetch("issue/summary")).json();
  document.title = issue.subject || issue.issue;
  $("issue").textContent = issue.issue;
  $("sender").textContent = issue.sender;
  $("subject").textContent = issue.subject;
  $("preheader").textContent = issue.preheader;
  $("size").textContent = issue.error ? "" : `${issue.bytes.toLocaleString("en")} of 102,400 bytes of HTML.`;
  $("error").hidden = !issue.error;
  $("error").textContent = issue.error;
  $("count").textContent = `(${issue.findings.length})`;
  const none = document.createElement("li");
  none.textContent = "Nothing found.";
  $("findings").replaceChildren(...(issue.findings.length ? issue.findings.map(listed) : [none]));
  for (const part of ["text", "source"]) $(part).textContent = await (await fetch("issue/part/" + part)).text();
  if (!issue.error) {
    for (const figure of figures) {
      const frame = figure.querySelector("iframe");
      const place = frame.contentWindow ? frame.contentWindow.scrollY : 0;
      frame.onload = () => { fit(figure); frame.contentWindow.scrollTo(0, place); };
      frame.src = `issue/mail/${figure.dataset.in}?version=${issue.version}`;
    }
  }
  document.body.dataset.version = issue.version;
}

for (const tab of tabs) tab.addEventListener("click", () => show(tab.dataset.view));
for (const button of schemes) button.addEventListener("click", () => scheme(button.dataset.scheme));
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const byKey = { l: "light", d: "dark", b: "both" };
  if (byKey[event.key]) scheme(byKey[event.key]);
  if (tabs[event.key - 1]) { show(tabs[event.key - 1].dataset.view); tabs[event.key - 1].focus(); }
});

const events = new EventSource("issue/events");
events.onmessage = () => { $("status").textContent = ""; load(); };
events.onerror = () => { $("status").textContent = "The preview has ended; start it again."; };
show("mail");
scheme("light");
