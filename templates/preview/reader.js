// Whose mail is shown: the sample reader, a name that is hard on a mail, or a subscriber.
import { forgetVariant, saidOf } from "./variant.js";
import { made } from "./words.js";

const $ = (id) => document.getElementById(id);
const NAMES = { name: "Name", unsubscribe: "Unsubscribe", preferences: "Preferences", web: "Web version" };
let chosen = sessionStorage.getItem("reader") ?? "sample";
let heard = () => {};
let typing = 0;

export const reader = () => chosen;

function option({ key, label }) {
  const made = document.createElement("option");
  made.value = key;
  made.textContent = label;
  return made;
}

function group(label, rows) {
  const made = document.createElement("optgroup");
  made.label = label;
  made.append(...rows.map(option));
  return made;
}

export async function listReaders() {
  const like = $("reader-search").value.trim();
  const answer = await fetch(`issue/readers?${new URLSearchParams({ like })}`);
  if (!answer.ok) return;
  const { cases, subscribers, more, error } = await answer.json();
  const known = [...cases, ...subscribers].some(({ key }) => key === chosen);
  const groups = [group("Nobody", cases)];
  if (subscribers.length) groups.push(group(like ? `Subscribers with “${like}”` : "Subscribers", subscribers));
  if (!known) groups.push(group("Chosen", [{ key: chosen, label: chosen }]));
  $("reader").replaceChildren(...groups);
  $("reader").value = chosen;
  const said = error || (like && !subscribers.length ? "No confirmed subscriber of this list has that in name or address." : "");
  $("reader-facts").textContent = said || (more ? "These are the first 50; type a name to find others." : "");
}

function choose(key) {
  chosen = key;
  sessionStorage.setItem("reader", key);
  $("reader").value = key;
  forgetVariant();
  heard();
}

export function stepReader(by) {
  const options = [...$("reader").options];
  const at = options.findIndex(({ value }) => value === chosen);
  choose(options[(at + by + options.length) % options.length].value);
}

export function showReader(mail) {
  if (!mail) return $("slots").replaceChildren();
  const rows = [["To", mail.reader.name ? `${mail.reader.name} <${mail.reader.address}>` : mail.reader.address]];
  for (const [slot, value] of Object.entries(mail.slots)) rows.push([NAMES[slot] ?? slot, value]);
  rows.push(["Variant", saidOf(mail)]);
  $("slots").replaceChildren(...rows.flatMap(([name, value]) => {
    const said = made("dd", "", value);
    said.dir = "auto";
    return [made("dt", "", name), said];
  }));
}

export function onReader(told) {
  heard = told;
  $("reader").addEventListener("change", () => choose($("reader").value));
  $("reader-before").addEventListener("click", () => stepReader(-1));
  $("reader-next").addEventListener("click", () => stepReader(1));
  $("reader-search").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(listReaders, 150);
  });
}
