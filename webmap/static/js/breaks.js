/** How a column is cut into classes: as it fits, equal counts, equal steps, or limits that stay; kept in the address. */

import { byId, el } from "./dom.js";
import { choosable, limitsIn, limitsOf } from "./classes.js";
import { t } from "./i18n.js";
import { readPairs, withPair } from "./layer-state.js";
import { columnKey } from "./measure.js";
import { tell } from "./notices.js";
import { unitOf } from "./range.js";

const DIGITS = 3; // of the limits that are offered, in the unit that a reader types
const WAYS = ["", "counts", "steps", "own"];

/** Build the choice; `show` is called when another column is drawn. */
export function createBreaks(store) {
  const [way, own] = [byId("breaks-way"), byId("breaks-own")];
  let drawn = null;
  let size = 1; // of a unit that a reader types, in the column's
  let typing = ""; // the column whose limits are half typed, and must not be written over

  /** Keep a way; classes that were left out had the old limits. */
  function put(text) {
    const key = columnKey(drawn);
    store.set({ breaks: withPair(store.get().breaks, key, text), hidden: withPair(store.get().hidden, key, "") });
  }

  function choose() {
    typing = "";
    if (way.value !== "own") { put(way.value); return; }
    const now = limitsOf(drawn.field.wire.legend).map((limit) => Number((limit / size).toPrecision(DIGITS)) * size);
    put((now.length ? now : [size]).join("|"));
    byId("breaks-limits").hidden = false;
    own.focus();
  }

  function read() {
    typing = "";
    const limits = limitsIn(own.value.replaceAll("，", " ")).map((limit) => Number((limit * size).toPrecision(12)));
    if (limits.length === 0) { tell(t("breaks.none")); show(drawn); return; }
    put(limits.join("|"));
  }

  function show(found) {
    drawn = found;
    const offered = Boolean(found?.field) && choosable(found.field);
    byId("breaks").hidden = !offered;
    if (!offered) return;
    const unit = unitOf(found.field);
    size = unit.size;
    const kept = readPairs(store.get().breaks).get(columnKey(found)) ?? "";
    const chosen = WAYS.includes(kept) ? kept : "own";
    way.replaceChildren(...WAYS.map((name) => el("option", { value: name }, t(`breaks.${name || "usual"}`))));
    way.value = chosen;
    byId("breaks-limits").hidden = chosen !== "own";
    byId("breaks-unit").textContent = unit.key ? t(unit.key) : unit.plain;
    if (typing === columnKey(found)) return;
    own.value = chosen === "own" ? limitsIn(kept).map((limit) => Number((limit / size).toPrecision(6))).join(" ") : "";
  }

  way.addEventListener("change", choose);
  own.addEventListener("input", () => { typing = columnKey(drawn); });
  own.addEventListener("change", read);
  return { show };
}
