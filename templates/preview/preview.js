// Joins the page to the server: what is chosen, what was saved, what is shown.
import { choose, chosen, onChoice, showTab, shown, single, tabs } from "./choices.js";
import { loadDesk } from "./desk.js";
import { loadMail, settled, showInbox, showPairs } from "./mail.js";
import { onPicked } from "./marks.js";
import { listReaders, onReader, reader, showReader, stepReader } from "./reader.js";
import { openCurrent, showFindings, showWeight, step } from "./side.js";
import { listVariants, onVariant, showVariants, stepVariant, variant } from "./variant.js";
import { showError, showHead, showMessage, showSource, showText } from "./words.js";

const $ = (id) => document.getElementById(id);
let issue = null;
let parts = { text: "", source: "", mjml: "", html: "" };
let busy = false;
let wanted = false;

// What the editor can mend: a reader who is not there any more, or to whom no mail can be addressed.
class Refused extends Error {
  constructor(error) {
    super(error.what);
    this.error = error;
  }
}

async function fetched(address) {
  const answer = await fetch(`${address}?${new URLSearchParams({ reader: reader(), ...variant() })}`);
  if (answer.status === 409) throw new Refused((await answer.json()).error);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer;
}

function say(state, text) {
  $("status").dataset.state = state;
  if ($("status-text").textContent !== text) $("status-text").textContent = text;
}

// The picture first; what is said of it follows.
function paintMail() {
  showHead(issue);
  showError(issue, goTo);
  $("no-mail").hidden = Boolean(issue.mail);
  $("view-mail").classList.toggle("stale", Boolean(issue.error));
  $("remote-choice").hidden = !issue.mail?.remote;
  showPairs(issue.mail ? chosen("scheme") : "none", chosen("width"));
  showReader(issue.mail);
  showVariants(issue.mail);
  if (!issue.mail) return;
  showInbox(issue.mail);
  if (!issue.refused) loadMail(issue.mail.digest, { reader: reader(), ...variant() }, issue.mail.remote && chosen("remote"));
}

function paintWords() {
  showText(parts.text);
  showSource(parts[chosen("source")], chosen("source") === "source" ? issue : null);
  showFindings(issue, { open });
  showWeight(issue.weight, issue.mail?.clip ?? 0);
}

function paint() {
  paintMail();
  paintWords();
}

function goTo(line) {
  choose("source", "source");
  showTab("source");
  paint();
  const place = $(`line-${line}`);
  if (!place) return;
  for (const other of document.querySelectorAll(".here")) other.classList.remove("here");
  place.classList.add("here");
  place.scrollIntoView({ block: "center" });
  $("view-source").focus({ preventScroll: true });
}

// Opens the editor; says how it went.
async function open(path, line, column) {
  const answer = await fetch("issue/open", {
    method: "POST", body: JSON.stringify({ path, line, column }), headers: { "content-type": "application/json" },
  });
  const told = await answer.json();
  return answer.ok ? `Opened in your editor.` : `${told.error.where ? `${told.error.where}: ` : ""}${told.error.what}; ${told.error.todo}`;
}

onPicked(async (number) => {
  const answer = await fetch(`issue/place/${number}?${new URLSearchParams({ reader: reader(), ...variant() })}`);
  if (!answer.ok) return;
  const { path, line, column } = await answer.json();
  if (path === issue.path) goTo(line);
  say("live", `${path}:${line} · ${await open(path, line, column)}`);
});

// The last mail stays, and says that it is not the one that was asked for.
function refuse(error) {
  issue = { path: "", mail: null, version: 0, ...issue, error, refused: true };
  paint();
  say("live", "Live · not for this reader");
  document.body.dataset.version = issue.version;
}

// One at a time, so that an early answer never overtakes a late one.
async function load() {
  wanted = true;
  if (busy) return;
  busy = true;
  while (wanted) {
    wanted = false;
    try {
      const summary = await (await fetched("issue/summary")).json();
      issue = { ...issue, ...summary, refused: false };
      paintMail();
      await settled();
      const names = ["text", "source", "mjml", "html"];
      const texts = names.map(async (name) => [name, await (await fetched(`issue/part/${name}`)).text()]);
      parts = Object.fromEntries(await Promise.all(texts));
      Object.assign(issue, await (await fetched("issue/findings")).json());
      paintWords();
      await loadShown();
      const time = new Date().toLocaleTimeString();
      say("live", issue.version ? `Live · reloaded ${time}` : "Live · reloads when you save");
      document.body.dataset.version = issue.version;
      listVariants();
    } catch (fault) {
      if (fault instanceof Refused) {
        refuse(fault.error);
        continue;
      }
      say("lost", "The preview failed; the terminal says why");
      console.error(fault);
    }
  }
  busy = false;
}

// What is asked for only while it is looked at.
async function loadShown() {
  if (shown() === "message" && !issue?.refused) showMessage(await (await fetched("issue/message")).json());
  if (shown() === "pick") await loadDesk();
}

onChoice(() => { if (issue) { paint(); loadShown(); } });
onReader(load);
onVariant(load);
for (const tab of tabs) tab.addEventListener("click", () => { showTab(tab.id.slice(4)); loadShown(); });
document.querySelector("[role=tablist]").addEventListener("keydown", loadShown);
document.addEventListener("keydown", (event) => {
  if (!single(event) || !issue) return;
  if (event.key === "[") stepReader(-1);
  else if (event.key === "]") stepReader(1);
  else if (event.key.toLowerCase() === "v") stepVariant(event.shiftKey ? -1 : 1);
  else if (shown() === "mail" && event.key === "j") step(1);
  else if (shown() === "mail" && event.key === "k") step(-1);
  else if (shown() === "mail" && event.key === "e") openCurrent();
});
const measure = () => document.documentElement.style.setProperty("--top", `${$("top").offsetHeight}px`);
new ResizeObserver(measure).observe($("top"));
listReaders();
const events = new EventSource("issue/events");
events.onmessage = load;
events.onerror = () => say("lost", "Ended · run newsletter preview again");
