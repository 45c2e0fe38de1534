// Beside the picture: findings, what the mail weighs, and whose mail it is.
import { mark, reveal, showClip } from "./marks.js";
import { asItCounts, made, ORDER, plural, sentence, severity } from "./words.js";

const $ = (id) => document.getElementById(id);
const SEVEREST_FIRST = (one, other) => ORDER.indexOf(one.severity) - ORDER.indexOf(other.severity);
const AROUND = 3;
let items = [];
let current = -1;
let waiting = 0;

for (const part of document.querySelectorAll(".side details")) part.open = innerWidth >= 1200;

// A picture scrolls to what is marked only for who stays: passing over the list must not shake the page.
function point(places, stay) {
  clearTimeout(waiting);
  mark(places);
  if (places.length) waiting = setTimeout(reveal, stay ? 0 : 250);
}

function pointing(element, places) {
  element.addEventListener("mouseenter", () => point(places, false));
  element.addEventListener("mouseleave", () => point([], false));
  element.addEventListener("focusin", () => point(places, true));
  element.addEventListener("focusout", () => point([], true));
}

// The lines around a place, its own one marked.
async function excerpt(path, line) {
  const answer = await fetch(`issue/file?${new URLSearchParams({ path })}`);
  if (!answer.ok) return made("p", "soft", "This file cannot be shown.");
  const lines = (await answer.text()).split("\n");
  const from = Math.max(0, line - 1 - AROUND);
  const rows = lines.slice(from, line + AROUND).map((text, at) => {
    const row = made("span", from + at === line - 1 ? "here" : "", made("i", "", `${from + at + 1}`), ` ${text}\n`);
    return row;
  });
  return made("pre", "excerpt", ...rows);
}

async function toggle(item, one, actions) {
  const old = item.querySelector(".opened");
  if (old) return old.remove();
  const opened = made("div", "opened", await excerpt(one.path, one.line));
  const said = made("p", "soft", "");
  said.setAttribute("role", "status");
  opened.append(said);
  item.querySelector(".opened")?.remove();
  item.lastElementChild.append(opened);
  said.textContent = await actions.open(one.path, one.line, one.column ?? 0);
}

function row(one, issue, actions) {
  const button = made("button", "place", `${one.path}:${one.line}`);
  button.type = "button";
  const words = made("div", "", made("p", "", sentence(one.what)), made("p", "fix", sentence(one.todo)));
  words.append(made("p", "meta", button, ` · ${one.rule}`));
  const item = made("li", "", severity(one.severity), words);
  item.dataset.path = one.path;
  button.addEventListener("click", () => toggle(item, one, actions));
  pointing(item, one.places);
  return item;
}

export function showFindings(issue, actions) {
  const found = (issue.findings ?? []).map(asItCounts).sort(SEVEREST_FIRST);
  const told = JSON.stringify(found);
  if ($("findings").dataset.told === told && found.length) return; // what is open stays open
  $("findings").dataset.told = told;
  const counted = ORDER.map((kind) => [kind, found.filter((one) => one.severity === kind).length]);
  $("count").hidden = !found.length;
  $("count").className = `count ${found[0]?.severity}`;
  $("count").textContent = found.length;
  const counts = counted.filter(([, count]) => count).map(([kind, count]) => plural(count, kind)).join(", ");
  $("findings-facts").textContent = found.length && found[0].severity !== "error" ? `${counts}: this issue can be sent.` : counts;
  items = found.map((one) => row(one, issue, actions));
  current = -1;
  const none = issue.mail && !issue.error ? "Nothing found: this issue can be sent." : "Nothing was checked yet.";
  $("findings").replaceChildren(...(items.length ? items : [made("li", "nothing", none)]));
}

// J and K go through the findings; E opens the one where they are.
export function step(by) {
  if (!items.length) return;
  current = (current + by + items.length) % items.length;
  $("side-findings").open = true;
  items[current].querySelector(".place").focus({ preventScroll: true });
  items[current].scrollIntoView({ block: "nearest" });
}

export const openCurrent = () => items[current]?.querySelector(".place").click();

export function showWeight(weight, limit) {
  showClip(weight, limit);
  if (!weight) return $("ruler").replaceChildren();
  const whole = Math.max(weight.total, limit);
  const bar = made("div", "ruler");
  bar.setAttribute("aria-hidden", "true");
  const piece = (size, name) => {
    const part = made("span", name);
    part.style.width = `${(100 * size) / whole}%`;
    bar.append(part);
    return part;
  };
  const first = weight.shares[0]?.start ?? weight.total;
  piece(first, "around");
  const parts = weight.shares.map(({ size, start }) => piece(size, start + size > limit ? "article over" : "article"));
  const last = weight.shares.at(-1);
  piece(last ? Math.max(0, weight.total - last.start - last.size) : 0, "around");
  const edge = made("b", "limit");
  edge.style.left = `${(100 * limit) / whole}%`;
  bar.append(edge);
  const rows = weight.shares.map((share, at) => {
    const item = made("li", share.index === weight.clipped ? "over" : "", made("span", "", share.title || "(no title)"), made("span", "bytes", share.size.toLocaleString("en")));
    pointing(item, share.places);
    item.addEventListener("mouseenter", () => parts[at].classList.add("on"));
    item.addEventListener("mouseleave", () => parts[at].classList.remove("on"));
    return item;
  });
  const causes = [["style attributes", weight.styles], ["Outlook comments", weight.comments], ["text", weight.text], ["head", weight.head], ["other markup", weight.markup]];
  const told = causes.sort((one, other) => other[1] - one[1]).map(([name, size]) => `${name} ${Math.round((100 * size) / weight.total)} %`);
  const free = limit - weight.total;
  const room = free >= 0 ? `${free.toLocaleString("en")} bytes below where Gmail clips` : `${(-free).toLocaleString("en")} bytes too many: Gmail clips it`;
  $("ruler").replaceChildren(made("p", free < 0 ? "over" : "", `${room}.`), bar, made("p", "soft", `${told.join(", ")}.`), made("ol", "shares", ...rows));
}
