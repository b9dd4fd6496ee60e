/** Shortcuts, and the dialog that lists them. */

import { byId, el } from "./dom.js";
import { t } from "./i18n.js";

const LIST = [
  [["/"], "search"], [["1", "…", "9"], "measure"], [["[", "]"], "column"], [["t"], "table"], [["u"], "units"], [["c"], "cameras"],
  [["a"], "area"], [["f"], "folds"], [["z"], "undo"], [["h"], "home"], [["d"], "theme"], [["l"], "language"],
  [["←", "→", "↑", "↓"], "pan"], [["+", "−"], "zoom"], [["Enter"], "enter"], [["Esc"], "escape"], [["?"], "help"],
];

/** Listen; `actions` has a function for each thing a key does. */
export function watchKeys(actions) {
  const help = () => {
    byId("help-keys").replaceChildren(...LIST.flatMap(([keys, name]) => [
      el("dt", {}, ...keys.flatMap((key, at) => [at ? " " : "", el("kbd", {}, key)])),
      el("dd", {}, t(`key.${name}`)),
    ]));
    byId("help-dialog").showModal();
  };
  byId("help").addEventListener("click", help);
  const doing = {
    "/": () => byId("search").focus(), "?": help, t: actions.table, u: actions.units, c: actions.cameras, h: actions.home, a: actions.area, f: actions.folds, z: actions.undo,
    d: actions.theme, l: actions.language, Escape: actions.escape,
    "[": () => actions.column(-1), "]": () => actions.column(1),
    ...Object.fromEntries(Array.from({ length: 9 }, (_, at) => [at + 1, () => actions.measure(at)])),
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const typing = event.target.matches("input:not([type=checkbox]):not([type=range]), select, textarea");
    if (typing && event.key !== "Escape") return;
    const act = doing[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || event.defaultPrevented) return;
    event.preventDefault();
    act();
  });
  byId("map").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === byId("map")) actions.enter();
  });
}
