/** Refused rows of an import: shown, taken away as a file, corrected here, and sent as a new file. */

import { address, getJson } from "./api.js";
import { byId, el } from "./dom.js";
import { number } from "./format.js";
import { t, currentLanguage } from "./i18n.js";
import { complain, whileBusy } from "./notices.js";

const TOLD = 2; // the last columns say where a row stood and why it was refused

/** Return a cell of CSV (RFC 4180). */
export const csvCell = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Return a table as CSV with a byte order mark. */
export const csvText = (rows) => `\ufeff${rows.map((row) => row.map(csvCell).join(",")).join("\r\n")}\r\n`;

function cell(row, at, header) {
  if (at >= header.length - TOLD) return el("td", {}, row[at]);
  return el("td", {}, el("input", {
    type: "text", value: row[at], "aria-label": header[at], input: (event) => { row[at] = event.target.value; },
  }));
}

/** Show the refused rows of an import; `again` takes the corrected ones as a file and what the import was. */
export async function showRefused(one, again) {
  const { header, rows, count } = await whileBusy(t("import.looking"), () => getJson(`api/imports/${one.id}/refused`));
  const box = byId("refused");
  const close = () => { box.hidden = true; };
  byId("refused-title").textContent = t("import.refused_of", { number: one.id, count: number(count) });
  byId("refused-file").href = address(`api/imports/${one.id}/refused.csv`, { lang: currentLanguage() });
  byId("refused-more").hidden = rows.length === count;
  byId("refused-more").textContent = t("import.refused_more", { shown: number(rows.length) });
  byId("refused-rows").replaceChildren(
    el("thead", {}, el("tr", {}, ...header.map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...header.map((_, at) => cell(row, at, header))))));
  byId("refused-close").onclick = close;
  byId("refused-again").onclick = () => {
    const file = new File([csvText([header, ...rows])], `corrected-${one.id}.csv`, { type: "text/csv" });
    again(file, one).then(close).catch((error) => complain(error));
  };
  box.hidden = false;
  byId("refused-title").focus();
}
