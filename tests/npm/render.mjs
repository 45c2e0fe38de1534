// Renders the MJML of standard input as npm's mjml does, strictly, and prints what it found wrong as JSON.
import { readFileSync } from "node:fs";
import mjml2html from "mjml";

const source = readFileSync(0, "utf8");
let result;
try {
  result = await mjml2html(source, { validationLevel: "strict", fonts: {} });
} catch (error) {
  result = { html: "", errors: error.errors ?? [{ formattedMessage: String(error) }] };
}
const errors = result.errors.map((error) => error.formattedMessage);
process.stdout.write(JSON.stringify({ errors, html: result.html }));
