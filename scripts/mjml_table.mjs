// Prints MJML's components with the types of their attributes as JSON, from npm's mjml-preset-core: `make mjml-table`
// writes it to newsletter/rendering/components.json. It takes facts, no code: names, types, defaults, who may stand in whom.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const load = createRequire(new URL("../tests/npm/package.json", import.meta.url));
const preset = load("mjml-preset-core").default ?? load("mjml-preset-core");
const colours = load("mjml-core/lib/types/helpers/colors");
const about = JSON.parse(readFileSync(load.resolve("mjml-preset-core/package.json"), "utf8"));

const sorted = (object) => Object.fromEntries(Object.entries(object ?? {}).sort(([one], [other]) => (one < other ? -1 : 1)));
const inside = {};
for (const [parent, children] of Object.entries(preset.dependencies)) {
  for (const child of children) if (typeof child === "string") (inside[child] ??= []).push(parent);
}

const components = { mjml: { inside: [], attributes: { dir: "string", lang: "string", owa: "string" }, text: false } };
for (const component of preset.components) {
  const name = component.componentName ?? component.getTagName();
  components[name] = {
    inside: (inside[name] ?? []).sort(),
    attributes: sorted(component.allowedAttributes),
    text: Boolean(component.endingTag ?? component.isEndingTag?.()),
  };
}
const table = {
  source: `npm's mjml-preset-core ${about.version}`,
  version: about.version,
  licence: "MIT, Copyright (c) 2016 Mailjet SAS, https://mjml.io",
  colours: [...(colours.default ?? colours)].sort(),
  components: sorted(components),
};
const lines = Object.entries(table.components).map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
const { components: _, ...head } = table;
const top = Object.entries(head).map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
process.stdout.write(`{\n${top.join(",\n")},\n  "components": {\n${lines.join(",\n")}\n  }\n}\n`);
