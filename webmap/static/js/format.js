/** Numbers in words: units, none, not known. */

import { t, word, locale } from "./i18n.js";

const kept = new Map();

function numbers(options) {
  const key = `${locale()} ${JSON.stringify(options)}`;
  if (!kept.has(key)) kept.set(key, new Intl.NumberFormat(locale(), options));
  return kept.get(key);
}

/** Return a number with thousands and at most `decimals`. */
export function number(value, decimals = 0) {
  return numbers({ maximumFractionDigits: decimals }).format(value);
}

/** Return a share as per cent; of a small one two digits, so that it is not told as none or as another's. */
export function percent(share, decimals = 1) {
  const small = share !== 0 && Math.abs(share) < 10 ** -(decimals + 1);
  const digits = small ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: decimals };
  return numbers({ style: "percent", ...digits }).format(share);
}

function decimalsFor(value, decimals) {
  if (decimals !== undefined && decimals !== null) return Math.max(0, decimals);
  const size = Math.abs(value);
  if (Number.isInteger(value) || size >= 1000) return 0;
  return size >= 10 ? 1 : size >= 0.1 ? 2 : 4;
}

/** Return seconds in the two largest units that say it. */
export function duration(seconds) {
  if (seconds < 0) return `−${duration(-seconds)}`;
  const whole = Math.round(seconds);
  if (whole < 60) return t("unit.s", { n: number(seconds, seconds < 10 ? 1 : 0) });
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) {
    const rest = whole % 60;
    return rest && minutes < 10
      ? t("unit.min_s", { m: minutes, s: rest })
      : t("unit.min", { n: Math.round(whole / 60) });
  }
  const all = Math.round(whole / 60);
  const hours = Math.floor(all / 60);
  if (hours >= 100 || all % 60 === 0) return t("unit.h", { n: number(all / 60) });
  return t("unit.h_min", { h: number(hours), m: all % 60 });
}

/** Return a known number with its unit. */
export function quantity(value, { unit = "", scale = "", decimals = undefined } = {}) {
  if (unit === "s") return duration(value);
  if (scale === "share") return percent(value);
  if (unit === "m" && Math.abs(value) >= 1000) {
    return t("unit.any", { n: number(value / 1000, 1), unit: "km" });
  }
  if (unit === "m2" && Math.abs(value) >= 100000) {
    return t("unit.any", { n: number(value / 1e6, 2), unit: "km²" });
  }
  const n = number(value, decimalsFor(value, decimals));
  if (unit === "h" || unit === "min") return t(`unit.${unit}`, { n });
  return unit ? t("unit.any", { n, unit: unitSign(unit) }) : n;
}

/** Return the sign of a unit in the reader's language; nothing where there is none. */
export function unitSign(unit) {
  if (unit === "h" || unit === "min") return t(`unit.${unit}`, { n: "" }).trim();
  return unit === "m2" ? "m²" : unit ?? "";
}

/** Return a point in time (ISO 8601, or seconds since 1970) on the workspace's clock. */
export function moment(text, timeZone) {
  const time = new Date(typeof text === "number" ? text * 1000 : text);
  if (Number.isNaN(time.getTime())) return String(text);
  return new Intl.DateTimeFormat(locale(), {
    dateStyle: "medium", timeStyle: "short", timeZone,
  }).format(time);
}

/** Return any value of a field in words. */
export function inWords(value, field = {}, timeZone = undefined) {
  if (value === null || value === undefined || Number.isNaN(value)) return t("value.unknown");
  if (typeof value === "boolean") return t(value ? "value.yes" : "value.no");
  if (field.scale === "time") return moment(value, timeZone);
  const legend = field.wire?.legend;
  if (legend?.kind === "categorical") {
    const found = legend.classes.find((one) => holds(one, value));
    return found ? categoryWords(found) : String(value);
  }
  if (field.scale === "category") return word("state", value, value);
  if (typeof value !== "number") return String(value);
  if (value === 0 && field.scale === "amount") return `${t("value.none")} (${quantity(0, field)})`;
  return quantity(value, field);
}

/** Tell whether a class of a categorical legend is the one of a value. */
function holds(one, value) {
  if (one.key === String(value)) return true;
  if (typeof value !== "number" || (one.from === null && one.to === null)) return false;
  if (one.from === one.to) return value === one.from;
  return (one.from === null || value >= one.from) && (one.to === null || value < one.to);
}

function categoryWords({ key, label }) {
  return word("state", key, label || key);
}

/** Return the words for a class of a field's legend. */
export function classWords(one, field, timeZone) {
  if (one.key === "null") return t("legend.null");
  const { kind, integer } = field.wire.legend;
  if (kind === "categorical") return categoryWords(one);
  if (one.key === "zero") return t("legend.zero");
  if (field.scale === "time") return spanWords(one, timeZone);
  const words = (value) => quantity(value, { ...field, decimals: undefined });
  if (one.from === null) return t("legend.most", { to: words(one.to) });
  if (one.to === null) return t("legend.least", { from: words(one.from) });
  if (integer && !field.unit && one.to - one.from === 1) return words(one.from);
  if (one.from === 0) return t("legend.most", { to: words(one.to) });
  return t("legend.range", { from: words(one.from), to: words(one.to) });
}

function spanWords({ from, to }, timeZone) {
  const short = new Intl.DateTimeFormat(locale(), {
    month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone,
  });
  const words = (seconds) => short.format(new Date(seconds * 1000));
  if (from === null) return t("legend.before", { to: words(to) });
  if (to === null) return t("legend.since", { from: words(from) });
  return t("legend.range", { from: words(from), to: words(to) });
}
