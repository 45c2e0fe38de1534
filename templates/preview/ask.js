// One question, one answer: a reason, a name, or only yes.
const $ = (id) => document.getElementById(id);

// Resolves to what was typed, true where nothing was to be typed, or null.
export function ask({ title, words = "", label = "", yes = "OK" }) {
  $("ask-title").textContent = title;
  $("ask-words").textContent = words;
  $("ask-words").hidden = !words;
  $("ask-field").hidden = !label;
  $("ask-label").textContent = label;
  $("ask-text").value = "";
  $("ask-text").required = Boolean(label);
  $("ask-yes").textContent = yes;
  $("ask").returnValue = "no";
  $("ask").showModal();
  (label ? $("ask-text") : $("ask-yes")).focus();
  return new Promise((answer) => {
    $("ask").addEventListener("close", () => {
      const agreed = $("ask").returnValue === "yes";
      answer(agreed ? (label ? $("ask-text").value.trim() || null : true) : null);
    }, { once: true });
  });
}

// Enter in the field means yes: the first button of a form is the one that Enter presses.
$("ask-text").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return; // that one ends a word of an input method
  event.preventDefault();
  if ($("ask-text").reportValidity()) $("ask").close("yes");
});
