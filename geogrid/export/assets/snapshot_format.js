/*
 * Numbers, times and class bounds as a person reads them, in English or Chinese.
 *
 *   geogridFormat.value(meta, value, context) -> text
 *   geogridFormat.range(meta, entry, context) -> text of a class of meta.legend
 *
 * context: {language: "en" or "zh", timeZone, t: English -> the language}
 */
(function (root) {
  "use strict";

  const LOCALE = { en: "en-GB", zh: "zh-CN" };
  const DAY_S = 86400;
  const CHANCES = ["p", "q"];

  const made = new Map(); // a formatter takes longer to make than to use

  function formatter(kind, language, options) {
    const key = `${kind} ${language} ${JSON.stringify(options)}`;
    if (!made.has(key)) made.set(key, new Intl[kind](LOCALE[language], options));
    return made.get(key);
  }

  function number(value, decimals, { language }) {
    return formatter("NumberFormat", language, { maximumFractionDigits: decimals })
      .format(value)
      .replace("-", "\u2212");
  }

  /** Return seconds in the two largest units that they fill. */
  function duration(seconds, context) {
    const { t } = context;
    const parts = [[DAY_S, "d"], [3600, "h"], [60, "min"]];
    const at = parts.findIndex(([size]) => seconds >= size);
    if (at < 0) return `${number(seconds, seconds < 10 ? 1 : 0, context)} ${t("s")}`;
    const [size, unit] = parts[at];
    const [small, smallUnit] = parts[at + 1] || [1, "s"];
    let whole = Math.floor(seconds / size);
    let rest = Math.round((seconds - whole * size) / small);
    if (rest * small >= size) [whole, rest] = [whole + 1, 0]; // 119.6 s is 2 min
    const text = `${number(whole, 0, context)} ${t(unit)}`;
    return rest ? `${text} ${rest} ${t(smallUnit)}` : text;
  }

  function percent(share, context) {
    const value = share * 100;
    if (value > 0 && value < 0.1) return "< 0.1 %";
    if (value < 100 && value > 99.9) return "> 99.9 %";
    return `${number(value, 1, context)} %`;
  }

  const FULL = { dateStyle: "medium", timeStyle: "short" };
  const SHORT = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" };

  function moment(seconds, { language, timeZone }, style = FULL) {
    return formatter("DateTimeFormat", language, { timeZone, ...style })
      .format(new Date(seconds * 1000));
  }

  function value(meta, found, context) {
    if (found === null) return context.t(meta.legend.null.label);
    if (typeof found === "string") {
      const entry = meta.legend.classes.find(({ key }) => key === found);
      return entry && entry.label ? context.t(entry.label) : found;
    }
    if (meta.scale_kind === "time") return moment(found, context);
    if (meta.name === "hot") {
      const key = found === 0 ? "zero" : String(found);
      const entry = meta.legend.classes.find((other) => other.key === key);
      if (entry) return context.t(entry.label);
    }
    if (CHANCES.includes(meta.name)) return number(found, 4, context);
    if (meta.scale_kind === "share") return percent(found, context);
    if (meta.unit === "s") return duration(found, context);
    const text = number(found, meta.decimals, context);
    return meta.unit ? `${text} ${context.t(meta.unit)}` : text;
  }

  function range(meta, entry, context) {
    const { t } = context;
    if (entry.label) return t(entry.label);
    if (entry.key === "zero") return t("none");
    const time = meta.scale_kind === "time";
    const say = (bound) => (time ? moment(bound, context, SHORT) : value(meta, bound, context));
    const more = t(time ? "or later" : "or more");
    if (meta.legend.integer && meta.unit !== "s" && !time && entry.from !== null) {
      if (entry.to === null) return `${say(entry.from)} ${more}`;
      const last = entry.to - 1;
      return last <= entry.from ? say(entry.from) : `${say(entry.from)} \u2013 ${say(last)}`;
    }
    if (entry.to === null && entry.from === null) return t("all");
    if (entry.to === null) return `${say(entry.from)} ${more}`;
    if (entry.from === null || entry.from === 0) return `< ${say(entry.to)}`;
    return `${say(entry.from)} \u2013 ${say(entry.to)}`;
  }

  const api = { value, range, number, moment };
  root.geogridFormat = api;
  if (typeof module === "object" && module.exports) module.exports = api;
})(globalThis);
