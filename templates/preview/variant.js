// Which sections the shown mail has: what the reader wants, or a variant that is chosen here.
const $ = (id) => document.getElementById(id);
const OWN = { key: "", label: "As this reader wants it" };
let chosen = sessionStorage.getItem("variant") ?? "";
let heard = () => {};

// What an address says beside the reader.
export const variant = () => (chosen ? { variant: chosen } : {});

export async function listVariants() {
  const answer = await fetch("issue/variants");
  if (!answer.ok) return;
  const { variants, error } = await answer.json();
  if (!variants.length) return;
  const rows = [OWN, ...variants];
  if (!rows.some(({ key }) => key === chosen)) rows.push({ key: chosen, label: `Without ${JSON.parse(chosen).join(" and ")}` });
  $("variant").replaceChildren(...rows.map(({ key, label }) => new Option(label, key, false, key === chosen)));
  $("variant-facts").textContent = error;
}

function choose(key) {
  chosen = key;
  sessionStorage.setItem("variant", key);
  $("variant").value = key;
  heard();
}

export function stepVariant(by) {
  if ($("variant-choice").hidden) return;
  const options = [...$("variant").options];
  const at = options.findIndex(({ value }) => value === chosen);
  choose(options[(at + by + options.length) % options.length].value);
}

// Another reader is shown as they want it.
export function forgetVariant() {
  chosen = "";
  sessionStorage.setItem("variant", "");
  $("variant").value = "";
}

export function showVariants(mail) {
  const several = Boolean(mail?.optional || chosen);
  $("variant-choice").hidden = $("variant-keys").hidden = !several;
}

export function saidOf(mail) {
  if (!mail.optional) return "The only one: no section of this issue is optional in newsletter.toml.";
  return mail.without.length ? `Without ${mail.without.join(" and ")}` : "The whole issue";
}

export function onVariant(told) {
  heard = told;
  $("variant").addEventListener("change", () => choose($("variant").value));
  $("variant-before").addEventListener("click", () => stepVariant(-1));
  $("variant-next").addEventListener("click", () => stepVariant(1));
}
