// Marks in the picture: the element that a finding is about, and where Gmail cuts the mail off.
import { onFit, onLoaded, visible } from "./mail.js";

const LOOK = "[data-marked] { outline: 3px solid #d61f7d !important; outline-offset: 3px !important; background-image: linear-gradient(rgb(214 31 125 / 14%), rgb(214 31 125 / 14%)) !important; }";
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let marked = [];
let clip = null;

function seen(element) {
  let at = element;
  while (at && !at.getClientRects().length) at = at.parentElement;
  return at;
}

function found(device, places) {
  const page = device.frame.contentDocument;
  return places.flatMap((place) => [...page.querySelectorAll(`[data-place="${place}"]`)]).map(seen).filter(Boolean);
}

function paint(device) {
  const page = device.frame.contentDocument;
  if (!page?.head) return;
  if (!page.getElementById("marks")) {
    const style = page.createElement("style");
    style.id = "marks";
    style.textContent = LOOK;
    page.head.append(style);
  }
  for (const old of page.querySelectorAll("[data-marked]")) old.removeAttribute("data-marked");
  for (const element of found(device, marked)) element.setAttribute("data-marked", "");
}

export function mark(places) {
  marked = places;
  for (const device of visible()) paint(device);
}

// Brings a marked element of the first picture into the window, if it is not there: a heading, or the first one.
export function reveal() {
  const device = visible()[0];
  const all = device ? found(device, marked) : [];
  const element = all.find((one) => one.matches("h1, h2, h3, h4, h5, h6")) ?? all[0];
  if (!element) return;
  const frame = device.frame.getBoundingClientRect();
  const top = frame.top + element.getBoundingClientRect().top * (device.scale ?? 1);
  if (top > 110 && top < innerHeight - 160) return;
  scrollBy({ top: top - innerHeight / 3, behavior: calm.matches ? "auto" : "smooth" });
}

// The line at which Gmail cuts: as far into its article as the limit is into the article's bytes.
function drawClip(device) {
  device.paper.querySelector(".clip")?.remove();
  const share = clip && clip.weight.shares.find(({ index }) => index === clip.weight.clipped);
  const [element] = share && device.scheme !== "outlook" ? found(device, share.places) : [];
  if (!element) return;
  const after = clip.weight.shares.find(({ index }) => index === share.index + 1);
  const page = device.frame.contentDocument;
  const top = element.getBoundingClientRect().top;
  const [next] = after ? found(device, after.places) : [];
  const bottom = next ? next.getBoundingClientRect().top : page.body.scrollHeight;
  const part = Math.min(1, Math.max(0, (clip.limit - share.start) / share.size));
  const line = document.createElement("p");
  line.className = "clip";
  const words = document.createElement("span");
  words.textContent = "Gmail clips the mail here";
  line.append(words);
  line.style.top = `${(top + (bottom - top) * part) * (device.scale ?? 1)}px`;
  device.paper.append(line);
}

export function showClip(weight, limit) {
  clip = weight && weight.clipped !== null ? { weight, limit } : null;
  for (const device of visible()) drawClip(device);
}

// Two clicks on an element of the picture go to where it was written.
export function onPicked(heard) {
  onLoaded((device) => {
    paint(device);
    drawClip(device);
    device.frame.contentDocument?.addEventListener("dblclick", ({ target }) => {
      const element = target.closest?.("[data-place]");
      if (element) heard(Number(element.dataset.place));
    });
  });
}

onFit(drawClip);
