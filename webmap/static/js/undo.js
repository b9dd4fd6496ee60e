/** Undo: the states of the view before each change, newest last. Moving the map is not one. */

import { t } from "./i18n.js";
import { tell } from "./notices.js";

const MOST = 50;
const MOVES = new Set(["lat", "lng", "z", "lang", "theme", "draft", "sort", "swipe"]); // the desk undoes its own steps
const TOGETHER_MS = 400; // changes this near in time are one, such as those of a slider
const STEPS = new Set(["corners"]); // but of these each is one

/** Follow the state; return how to go back by one change. */
export function createUndo(store) {
  const before = [];
  let last = store.get();
  let at = 0;
  let going = false;
  store.watch((state, changed) => {
    const names = [...changed].filter((name) => !MOVES.has(name));
    const apart = Date.now() - at > TOGETHER_MS || names.some((name) => STEPS.has(name));
    if (!going && names.length && apart) before.push(last);
    if (!going && names.length) at = Date.now();
    if (before.length > MOST) before.shift();
    last = state;
  });
  return () => {
    const state = before.pop();
    if (!state) { tell(t("undo.nothing")); return; }
    going = true;
    at = 0;
    store.set(Object.fromEntries(Object.entries(state).filter(([name]) => !MOVES.has(name))));
    going = false;
    tell(t("undo.done"));
  };
}
