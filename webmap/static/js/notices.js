/** What the reader has to know: work under way, and what went wrong with a way out. */

import { byId, el } from "./dom.js";
import { t } from "./i18n.js";

const SHOWN_MS = 6000;
const running = []; // what is under way, the newest last

/** Show that something is under way until `work` ends; return its result. */
export async function whileBusy(text, work) {
  const one = { text };
  const say = () => { byId("busy-text").textContent = running.at(-1)?.text ?? ""; };
  running.push(one);
  say();
  // Only what takes a moment is worth a word.
  const timer = setTimeout(() => { byId("busy").hidden = false; }, 150);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
    running.splice(running.indexOf(one), 1);
    if (running.length === 0) byId("busy").hidden = true;
    else say(); // of what still runs
  }
}

function show(text, kind, way = null) {
  const notice = el("div", { class: `notice ${kind}` }, el("p", {}, text));
  if (way) {
    notice.append(el("button", {
      type: "button", click: () => { notice.remove(); way.take(); },
    }, way.label));
  }
  notice.append(el("button", {
    type: "button", "aria-label": t("close"), click: () => notice.remove(),
  }, "✕"));
  for (const other of byId("notices").children) {
    if (other.firstChild.textContent === text) other.remove();
  }
  byId("notices").append(notice);
  return notice;
}

/** Say something that passes. */
export function tell(text) {
  const notice = show(text, "plain");
  setTimeout(() => notice.remove(), SHOWN_MS);
}

/** Say something that stays, with a button for what may be done about it. */
export function offer(text, label, take) {
  show(text, "plain", { label, take });
}

/** Say what went wrong; `retry` is offered as a button. */
export function complain(error, retry = null) {
  if (error.name === "AbortError") return;
  const known = error.constructor.name === "ServerError";
  show(known ? error.message : t("error.script", { reason: error.message }), "error",
    retry && { label: t("retry"), take: retry });
  if (!known) console.error(error);
}
