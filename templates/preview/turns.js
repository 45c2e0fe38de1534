// One thing after the other: a key that is pressed early is done when what came before it is.
import { ask } from "./ask.js";

let last = Promise.resolve();
let waiting = 0;
let questions = 0;

export const busy = () => waiting > 0;

// Does *act* in its turn, on what the one before it left; *failed* hears of a fault. What was typed ahead of a question
// that came up meanwhile is not done: it was meant for another state of things.
export function inTurn(act, failed) {
  const mine = questions;
  waiting += 1;
  last = last.then(() => (mine === questions ? act() : null)).catch(failed).finally(() => { waiting -= 1; });
}

// Asks, see ask.js, within a turn.
export function question(words) {
  questions += 1;
  return ask(words);
}
