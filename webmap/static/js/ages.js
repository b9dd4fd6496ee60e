/** How old a layer's data are, and what is known to be missing from them, in words. */

import { getJson } from "./api.js";
import { moment, number } from "./format.js";
import { t } from "./i18n.js";

let log = null;

/** Return when each kind was last brought in and how many of its rows were refused; asked for once. */
export function broughtIn() {
  log ??= getJson("api/imports").then(({ imports }) => {
    const kinds = new Map();
    for (const { kind, at, files = [] } of imports) {
      const { refused = 0 } = kinds.get(kind) ?? {};
      kinds.set(kind, { at, refused: refused + files.reduce((sum, { bad_rows: rows = [] }) => sum + rows.length, 0) });
    }
    return kinds;
  });
  return log;
}

/** Return what the kinds that a layer is made of have together: the newest time, all refused rows; null for none. */
export function together(kinds, brought) {
  const own = kinds.filter((kind) => kind !== "districts"); // every layer stands on those
  const found = (own.length ? own : kinds).map((kind) => brought.get(kind)).filter(Boolean);
  if (found.length === 0) return null;
  return { at: found.map(({ at }) => at).sort().at(-1), refused: found.reduce((sum, { refused }) => sum + refused, 0) };
}

/**
 * Return sentences on age and completeness.
 *
 * `asOf` is the newest moment in the data; without one `brought` tells when its files came.
 */
export function ageWords({ asOf, completeness = {}, brought = null }, timeZone) {
  const { days, days_imported: imported, rows_refused: told } = completeness;
  const refused = told ?? brought?.refused;
  return [
    asOf ? t("measure.age", { time: moment(asOf, timeZone) })
      : brought ? t("age.brought", { time: moment(brought.at, timeZone) }) : "",
    days === undefined ? "" : t("complete.days", { days: number(imported), all: number(days) }),
    refused ? t("complete.rows_refused", { n: number(refused) }) : refused === 0 ? t("age.whole") : "",
  ].filter(Boolean);
}
