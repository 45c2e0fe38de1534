// The file beside the desk, its front matter apart, the block of the selected article marked.
import { made } from "./words.js";

const $ = (id) => document.getElementById(id);
const isFence = (line) => /^\+\+\+[ \t]*$/.test(line);
const rows = (lines, here = () => false) => lines.map((line, at) => made("span", here(at) ? "here" : "", `${line}\n`));

// *line* is where the selected article begins, counted from 1; undefined where none is selected.
export function showFile({ source, sections }, line) {
  const lines = source.replace(/^\ufeff/, "").replace(/\r?\n$/, "").split(/\r?\n/);
  const body = isFence(lines[0]) ? lines.findIndex((one, at) => at && isFence(one)) + 1 : 0;
  const heads = sections.flatMap((section) => [section.line, ...section.articles.map((one) => one.line)]);
  const next = Math.min(lines.length + 1, ...heads.filter((head) => head > line));
  $("matter").replaceChildren(...rows(lines.slice(0, body)));
  $("file").style.counterReset = `line ${body}`;
  $("file").replaceChildren(...rows(lines.slice(body), (at) => at + body + 1 >= line && at + body + 1 < next));
  const here = $("file").querySelector(".here");
  if (here) $("file").scrollTop = here.offsetTop - $("file").offsetTop - 60;
}
