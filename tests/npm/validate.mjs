// Reads a JSON list of MJML documents and prints, for each, what npm's mjml finds wrong with it when it goes on anyway.
import { readFileSync } from "node:fs";
import mjml2html from "mjml";

const told = [];
for (const source of JSON.parse(readFileSync(0, "utf8"))) {
  try {
    const { errors } = await mjml2html(source, { validationLevel: "soft", fonts: {} });
    told.push(errors.map(({ line, tagName, message }) => ({ line, tagName, message })));
  } catch (error) {
    told.push([{ line: 0, tagName: "", message: String(error) }]);
  }
}
process.stdout.write(JSON.stringify(told));
