// Joins the page to the server: what is chosen, what was saved, what is shown.
import { choose, chosen, onChoice, showTab, tabs } from "./choices.js";
import { loadMail, showInbox, showPairs } from "./mail.js";
import { showError, showFindings, showHead, showSource, showText } from "./words.js";

const $ = (id) => document.getElementById(id);
let issue = null;
let parts = {};
let busy = false;
let wanted = false;

const fetched = async (address) => {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer;
};

function say(state, text) {
  $("status").dataset.state = state;
  if ($("status-text").textContent !== text) $("status-text").textContent = text;
}

function paint() {
  showHead(issue);
  showError(issue, goTo);
  showFindings(issue, goTo);
  showText(parts.text);
  showSource(parts[chosen("source")], chosen("source") === "source" ? issue : null);
  $("no-mail").hidden = Boolean(issue.mail);
  $("view-mail").classList.toggle("stale", Boolean(issue.error));
  $("remote-choice").hidden = !issue.mail?.remote;
  showPairs(issue.mail ? chosen("scheme") : "none", chosen("width"));
  if (issue.mail) {
    showInbox(issue.mail);
    loadMail(issue.mail.digest, issue.mail.remote && chosen("remote"));
  }
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

// One at a time, so that an early answer never overtakes a late one.
async function load() {
  wanted = true;
  if (busy) return;
  busy = true;
  while (wanted) {
    wanted = false;
    try {
      const summary = await (await fetched("issue/summary")).json();
      const names = ["text", "source", "mjml", "html"];
      const texts = names.map(async (name) => [name, await (await fetched(`issue/part/${name}`)).text()]);
      [issue, parts] = [summary, Object.fromEntries(await Promise.all(texts))];
      paint();
      const time = new Date().toLocaleTimeString();
      say("live", issue.version ? `Live · reloaded ${time}` : "Live · reloads when you save");
      document.body.dataset.version = issue.version;
    } catch (fault) {
      say("lost", "The preview failed; the terminal says why");
      console.error(fault);
    }
  }
  busy = false;
}

onChoice(() => issue && paint());
for (const tab of tabs) tab.addEventListener("click", () => showTab(tab.id.slice(4)));
const events = new EventSource("issue/events");
events.onmessage = load;
events.onerror = () => say("lost", "Ended · run newsletter preview again");
