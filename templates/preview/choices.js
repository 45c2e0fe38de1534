// Which view, scheme, width and source are chosen: by pointer, by arrow keys, by single keys; kept while the tab is open.
const SCHEMES = { l: "light", d: "dark", b: "both", o: "outlook", i: "images-off" };
export const tabs = [...document.querySelectorAll("[role=tab]")];
const inputs = [...document.querySelectorAll("input[name]")];
const kept = JSON.parse(sessionStorage.getItem("choices") ?? "{}");

function keep(name, value) {
  kept[name] = value;
  sessionStorage.setItem("choices", JSON.stringify(kept));
}

export function chosen(name) {
  const group = inputs.filter((input) => input.name === name);
  return group[0].type === "checkbox" ? group[0].checked : group.find((input) => input.checked).value;
}

export function choose(name, value) {
  for (const input of inputs.filter((one) => one.name === name)) {
    if (input.type === "checkbox") input.checked = value === true;
    else if (input.value === value) input.checked = true;
  }
  keep(name, chosen(name));
}

export const shown = () => kept.view;

// Whether a key is a single one, meant for the page: none is while somebody types.
export function single(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || !chosen("keys") || document.querySelector("dialog[open]")) return false;
  return !event.target.matches("input[type=text], input[type=search], select, textarea");
}

export function onChoice(heard) {
  document.addEventListener("change", ({ target }) => {
    if (!inputs.includes(target)) return;
    keep(target.name, chosen(target.name));
    heard();
  });
  document.addEventListener("keydown", (event) => {
    if (event.repeat || !single(event)) return;
    const scheme = shown() === "mail" && SCHEMES[event.key.toLowerCase()];
    if (scheme) choose("scheme", scheme);
    else if (tabs[event.key - 1]) showTab(tabs[event.key - 1].id.slice(4));
    else return;
    heard();
  });
}

export function showTab(view) {
  for (const tab of tabs) {
    const on = tab.id === `tab-${view}`;
    tab.setAttribute("aria-selected", on);
    tab.tabIndex = on ? 0 : -1;
    document.getElementById(tab.getAttribute("aria-controls")).hidden = !on;
  }
  for (const group of document.querySelectorAll("[data-for]")) group.hidden = group.dataset.for !== view;
  keep("view", view);
}

// Arrow keys, Home and End as the ARIA Authoring Practices have them for tabs.
document.querySelector("[role=tablist]").addEventListener("keydown", (event) => {
  const at = tabs.indexOf(document.activeElement);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (at < 0 || to === undefined) return;
  const tab = tabs[(to + tabs.length) % tabs.length];
  event.preventDefault();
  showTab(tab.id.slice(4));
  tab.focus();
});

kept.width ??= innerWidth < 600 ? "phone" : "both";
for (const [name, value] of Object.entries(kept)) if (inputs.some((input) => input.name === name)) choose(name, value);
showTab(tabs.some((tab) => tab.id === `tab-${kept.view}`) ? kept.view : "mail");
