// The desk: the pool beside the issue. Each move is written into the issue's file at once.
import { chosen, shown, single } from "./choices.js";
import { showFile } from "./file.js";
import { busy, inTurn as queued, question } from "./turns.js";
import { made, plural, sentence } from "./words.js";

const $ = (id) => document.getElementById(id);
const SHOWN = 200; // cards of the pool at a time: who looks for more types a word of it
const [POOL, ISSUE] = ["pool:", "issue:"];
let desk = null;
let focused = null; // "pool:ID" or "issue:INDEX"
let dragged = null; // the card

async function post(address, body) {
  const answer = await fetch(address, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });
  return [answer.ok, await answer.json()];
}

function say(text, wrong = false) {
  $("said").textContent = text;
  $("said").classList.toggle("wrong", wrong);
}

const inTurn = (act) => queued(act, (fault) => { say("That failed", true); console.error(fault); });
const told = ({ what, todo }) => `${sentence(what)} ${sentence(todo)}`;

// Whether it was done. Behind a question the move is still one in the file that was asked about.
async function make(move, digest = desk.digest) {
  const [ok, answer] = await post("desk", { digest, move });
  if (ok) {
    say(answer.said);
    show(answer.desk);
    return true;
  }
  if (answer.ask) {
    const words = sentence(answer.error.what);
    const sure = answer.ask === "sure";
    const told = await question(sure ? { title: "Take it out?", words, yes: "Take it out" } : { title: "It ran before", words, label: "Why again", yes: "Pick it" });
    if (told) return make({ ...move, ...(sure ? { sure } : { words: told }) }, digest);
    say("Left as it is");
    return false;
  }
  say(told(answer.error), true);
  await loadDesk();
  return false;
}

async function undo() {
  const [ok, answer] = await post("desk/undo", {});
  if (!ok) return say(told(answer.error), true);
  say(answer.said);
  return show(answer.desk);
}

async function drop(id, title) {
  const words = await question({ title: "Drop it?", words: title, label: "Reason", yes: "Drop" });
  if (words) await make({ do: "drop", id, words });
}

function button(label, name, act) {
  const element = made("button", "quiet", label);
  element.type = "button";
  element.setAttribute("aria-label", name);
  element.addEventListener("click", (event) => { event.stopPropagation(); inTurn(() => act(element)); });
  return element;
}

// What a button says of a place in the issue holds for as long as it is shown.
const placed = (act) => (element) => (element.isConnected ? act() : null);

const facts = ({ source, minutes, points }) => [source, minutes && `${minutes} min`, points?.length && plural(points.length, "point")].filter(Boolean).join(" · ");

// Written in its own direction, whatever that of its neighbours is.
function own(element) {
  element.dir = "auto";
  return element;
}

function card(key, title, words, buttons) {
  const item = made("li", "card", own(made("p", "card-title", title || "(no title)")), made("p", "soft", words), made("div", "buttons", ...buttons));
  item.dataset.key = key;
  item.tabIndex = -1;
  item.draggable = true;
  item.addEventListener("focusin", () => select(key, false));
  item.addEventListener("dragstart", (event) => {
    dragged = item;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", title);
  });
  item.addEventListener("dragend", () => { dragged = null; clearDrop(); });
  return item;
}

function poolCard(one) {
  const title = one.title || "(no title)";
  const all = { new: ["pick", "hold", "drop"], held: ["pick", "restore", "drop"], dropped: ["restore"] }[one.state] ?? [];
  const does = all.filter((name) => name !== "pick" || !desk.sent);
  const names = { pick: "Pick", hold: "Hold", drop: "Drop", restore: "Restore" };
  const buttons = does.map((name) => button(names[name], `${names[name]} ${title}`, () => poolMove(name, one)));
  const state = one.state === "new" ? "" : `${one.state}${one.reason ? `: ${one.reason}` : ""}`;
  const item = card(`pool:${one.id}`, one.title, [state, facts(one)].filter(Boolean).join(" · "), buttons);
  if (one.why) item.insertBefore(own(made("p", "why", one.why)), item.lastElementChild);
  return item;
}

function poolMove(name, one) {
  if (name === "drop") return drop(one.id, one.title);
  return make({ do: name, id: one.id, ...(name === "pick" && target(one)) });
}

// Where a pick goes: behind the article of the issue that was looked at last, else where the article belongs.
let looked = null;
const target = (one) => (one.section || !desk.sections.some(({ number }) => number === looked) ? {} : { section: looked });

function issueCard(one, number, place, count) {
  const title = one.title || "(no title)";
  // What readers have is not moved any more.
  const buttons = desk.sent ? [] : [
    button("Up", `Move ${title} up`, placed(() => moveBy(one.index, -1))),
    button("Down", `Move ${title} down`, placed(() => moveBy(one.index, 1))),
    button("Out", `Take ${title} out`, placed(() => make({ do: "out", article: one.index }))),
  ];
  const item = card(`issue:${one.index}`, one.title, [one.sponsor && "sponsor", facts(one)].filter(Boolean).join(" · "), buttons);
  item.dataset.section = number;
  item.dataset.place = place;
  item.dataset.line = one.line;
  item.dataset.count = count;
  item.draggable = !desk.sent;
  return item;
}

const cards = (list) => [...$(list).querySelectorAll(".card")];

// One place up or down; behind the last article of a section comes the next section.
async function moveBy(index, by) {
  const item = document.querySelector(`[data-key="issue:${index}"]`);
  const [section, place, count] = [Number(item.dataset.section), Number(item.dataset.place), Number(item.dataset.count)];
  const numbers = desk.sections.map(({ number }) => number);
  let [to, at] = [section, place + by];
  if (at < 0) {
    to = numbers[numbers.indexOf(section) - 1] ?? -1;
    if (to === section) return;
    at = 999;
  } else if (at >= count) {
    to = numbers[numbers.indexOf(section) + 1];
    if (to === undefined) return;
    at = 0;
  }
  const first = to === section || desk.sections.find(({ number }) => number === to) ? to : -1;
  if (!(await make({ do: "move", article: index, section: first, place: at }))) return;
  const moved = cards("sections").find((one) => one.dataset.section === String(first) && (at === 999 ? Number(one.dataset.place) === Number(one.dataset.count) - 1 : Number(one.dataset.place) === at));
  if (moved) select(moved.dataset.key);
}

function clearDrop() {
  for (const one of document.querySelectorAll(".drop")) one.classList.remove("drop");
}

// The issue may have been written anew under the pointer: then nobody knows what was meant.
function dropInto(element, act) {
  const [item, key] = [dragged, dragged.dataset.key];
  inTurn(() => {
    if (element.isConnected && (item.isConnected || key.startsWith(POOL))) return act(item, key);
    return say("The issue was changed meanwhile; drag it again", true);
  });
}

function dropped(item, key, section, place) {
  if (key.startsWith(POOL)) return make({ do: "pick", id: key.slice(POOL.length), section, place });
  const before = Number(item.dataset.section) === section && Number(item.dataset.place) < place;
  return make({ do: "move", article: Number(key.slice(ISSUE.length)), section, place: before ? place - 1 : place });
}

function takesDrops(element, section, place) {
  element.addEventListener("dragover", (event) => {
    if (!dragged) return;
    event.preventDefault();
    event.stopPropagation();
    clearDrop();
    element.classList.add("drop");
  });
  element.addEventListener("drop", (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (dragged) dropInto(element, (item, key) => dropped(item, key, section, place));
  });
}

function sectionBox({ number, name, articles, cap }) {
  const full = cap && articles.length > cap;
  const head = made("h3", full ? "over" : "", own(made("bdi", "", name || "Above the first section")), made("span", "soft", ` ${articles.length}${cap ? ` of ${cap}` : ""}`));
  const list = made("ol", "cards");
  articles.forEach((one, place) => {
    const item = issueCard(one, number, place, articles.length);
    takesDrops(item, number, place);
    list.append(item);
  });
  const end = made("li", "end", articles.length ? "" : "Nothing here yet");
  takesDrops(end, number, 999);
  list.append(end);
  const box = made("section", "issue-section", head, list);
  if (!articles.length && number >= 0 && !desk.sent) head.append(button("Remove", `Remove the section ${name}`, placed(() => make({ do: "unsection", section: number }))));
  takesDrops(box, number, 999);
  return box;
}

function select(key, move = true) {
  focused = key;
  for (const item of [...cards("pool"), ...cards("sections")]) {
    item.classList.toggle("selected", item.dataset.key === key);
  }
  for (const list of ["pool", "sections"]) {
    const all = cards(list);
    const one = all.find((item) => item.dataset.key === key) ?? all.find((item) => item.tabIndex === 0) ?? all[0];
    for (const item of all) item.tabIndex = item === one ? 0 : -1;
  }
  const item = document.querySelector(`.card[data-key="${CSS.escape(key)}"]`);
  if (item?.dataset.section !== undefined) looked = Number(item.dataset.section);
  if (item && move) {
    item.focus({ preventScroll: true });
    item.scrollIntoView({ block: "nearest" });
  }
  showFile(desk, articles(desk).find(({ index }) => `${ISSUE}${index}` === key)?.line);
}

const articles = (of) => of?.sections.flatMap((section) => section.articles) ?? [];

// The selected article wherever it is now; where it is gone, what took its place in its list.
function followed(before, list, at) {
  const was = focused?.startsWith(ISSUE) && articles(before).find(({ index }) => index === Number(focused.slice(ISSUE.length)));
  const same = was && articles(desk).find(({ id, title, link }) => id === was.id && title === was.title && link === was.link);
  if (same) return `${ISSUE}${same.index}`;
  const keys = cards(list).map((item) => item.dataset.key);
  if (keys.includes(focused) && !was) return focused;
  return keys[Math.min(Math.max(at, 0), keys.length - 1)] ?? cards("pool")[0]?.dataset.key ?? "";
}

function show(now) {
  const inside = $("view-pick").contains(document.activeElement) && document.activeElement.closest(".card");
  const held = document.activeElement;
  const list = focused?.startsWith(ISSUE) ? "sections" : "pool";
  const at = cards(list).findIndex((item) => item.dataset.key === focused);
  const before = desk;
  desk = now;
  const typed = $("pool-search").value.trim().toLowerCase();
  const wanted = chosen("pool");
  const pooled = now.pool.filter((one) => (wanted === "all" || one.state === wanted) && `${one.title} ${one.source} ${one.why}`.toLowerCase().includes(typed));
  const found = pooled.slice(0, SHOWN).map(poolCard);
  if (pooled.length > SHOWN) found.push(made("li", "end", `And ${(pooled.length - SHOWN).toLocaleString("en")} more: search for what you mean`));
  $("pool").replaceChildren(...(pooled.length ? found : [made("li", "end", now.pool.length ? "None of these" : "The pool is empty; newsletter add fills it")]));
  $("pool-count").textContent = `${pooled.length} of ${now.pool.length}`;
  const boxes = now.sections.some(({ number }) => number === -1) ? now.sections : [{ number: -1, name: "", articles: [] }, ...now.sections];
  $("sections").replaceChildren(...boxes.filter(({ number, articles }) => number >= 0 || articles.length || boxes.length === 1).map(sectionBox));
  const count = now.sections.reduce((sum, { articles }) => sum + articles.length, 0);
  $("issue-count").textContent = `${plural(count, "article")}${now.sent ? " · sent, and stays as its readers have it" : ""}`;
  $("desk-error").hidden = !now.error;
  $("desk-error").textContent = now.error;
  $("new-section").hidden = Boolean(now.error || now.sent);
  $("undo").disabled = !now.undo;
  $("undo").title = now.undo;
  select(followed(before, list, at), Boolean(inside));
  if (!inside && !held.isConnected) $("new-section").focus({ preventScroll: true }); // "Remove" went with its section
}

export async function loadDesk() {
  const answer = await fetch("desk");
  if (!answer.ok) return;
  const now = await answer.json();
  // A move of one's own is a save, too: cards that say the same stay, also under the pointer that drags one.
  if (JSON.stringify(now) !== JSON.stringify(desk)) show(now);
}

function walk(by) {
  const list = focused?.startsWith(ISSUE) || !cards("pool").length ? "sections" : "pool";
  const all = cards(list);
  const at = all.findIndex((item) => item.dataset.key === focused);
  const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
  if (next) select(next.dataset.key);
}

const selected = (list) => (focused?.startsWith(list) ? focused.slice(list.length) : null);
const pooled = () => desk.pool.find(({ id }) => id === selected(POOL));

async function step(by, moves) {
  if (!moves) return walk(by);
  return selected(ISSUE) === null ? null : moveBy(Number(selected(ISSUE)), by);
}

const KEYS = {
  u: undo,
  x: () => selected(ISSUE) !== null && make({ do: "out", article: Number(selected(ISSUE)) }),
  p: () => pooled() && poolMove("pick", pooled()),
  h: () => pooled() && make({ do: "hold", id: pooled().id }),
  d: () => pooled() && drop(pooled().id, pooled().title),
  r: () => pooled() && make({ do: "restore", id: pooled().id }),
};

document.addEventListener("keydown", (event) => {
  if (shown() !== "pick" || !desk || !single(event)) return;
  const key = event.key.toLowerCase();
  const by = { arrowdown: 1, j: 1, arrowup: -1, k: -1 }[key];
  const act = by ? () => step(by, event.shiftKey) : Object.hasOwn(KEYS, key) && KEYS[key];
  if (!act || (by && event.key.length > 1 && !document.activeElement.closest(".card"))) return;
  event.preventDefault();
  // A key that is held down walks and moves as fast as it is done, and does nothing else again.
  if (!event.repeat || (by && !busy())) inTurn(act);
});

$("undo").addEventListener("click", () => inTurn(undo));
$("pool-search").addEventListener("input", () => desk && show(desk));
for (const input of document.querySelectorAll("input[name=pool]")) input.addEventListener("change", () => desk && show(desk));
$("new-section").addEventListener("click", () => inTurn(async () => {
  const words = await question({ title: "New section", label: "Its name", yes: "Make it" });
  if (words) await make({ do: "section", words });
}));
$("pool").addEventListener("dragover", (event) => { if (dragged?.dataset.key.startsWith(ISSUE)) event.preventDefault(); });
$("pool").addEventListener("drop", (event) => {
  event.preventDefault();
  if (dragged?.dataset.key.startsWith(ISSUE)) dropInto($("pool"), (item, key) => make({ do: "out", article: Number(key.slice(ISSUE.length)) }));
});
