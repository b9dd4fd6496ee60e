/** Only cells with a value from - to: two numbers beside the legend, kept by column in the address. */

import { byId } from "./dom.js";
import { unitSign } from "./format.js";
import { t } from "./i18n.js";
import { readPairs, readRange, withPair, writeRange } from "./layer-state.js";
import { columnKey } from "./measure.js";
import { tell } from "./notices.js";

const IN_WORDS = { s: ["range.minutes", 60], share: ["range.percent", 0.01] }; // a reader types minutes and per cent

/** Return the words of a field's unit and how much of the column one of it is; null where it has no numbers. */
export function unitOf(field) {
  if (!field || field.wire.legend.kind === "categorical" || field.scale === "time") return null;
  const [key, size] = IN_WORDS[field.unit] ?? IN_WORDS[field.scale] ?? [null, 1];
  return { key, size, plain: unitSign(field.unit) };
}

/** Build the two inputs; `show` is called when another column is drawn. */
export function createRange(store) {
  const inputs = [byId("range-least"), byId("range-most")];
  let key = "";
  let typing = null; // the input that is half typed, and must not be written over
  let size = 1;

  const put = (text) => store.set({ range: withPair(store.get().range, key, text) });

  function read() {
    typing = null;
    const ends = inputs.map(({ value }) => (value === "" ? null : Number(value) * size));
    if (ends.every((end) => end !== null) && ends[1] < ends[0]) {
      tell(t("range.order"));
      return;
    }
    put(writeRange(...ends.map((end) => (end === null ? null : Number(end.toPrecision(12))))));
  }

  for (const input of inputs) {
    input.addEventListener("input", () => { typing = input; });
    input.addEventListener("change", read);
  }
  byId("range-clear").addEventListener("click", () => { put(""); inputs[0].focus(); });

  return {
    show(drawn) {
      const unit = drawn && unitOf(drawn.field);
      byId("range").hidden = !unit;
      if (!unit) return;
      if (key !== columnKey(drawn)) typing = null;
      key = columnKey(drawn);
      size = unit.size;
      const ends = readRange(readPairs(store.get().range).get(key));
      ends.forEach((end, at) => { if (inputs[at] !== typing) inputs[at].value = end === null ? "" : String(Number((end / size).toPrecision(10))); });
      byId("range-unit").textContent = unit.key ? t(unit.key) : unit.plain;
      byId("range-clear").hidden = ends.every((end) => end === null);
    },
  };
}
