/** What a plan of cameras is worth, in words, bars and a curve. */

import { el } from "./dom.js";
import { number, percent } from "./format.js";
import { t } from "./i18n.js";

const signed = (value, words) => `${value > 0 ? "+" : value < 0 ? "−" : "±"}${words(Math.abs(value))}`;

function facts(rows) {
  return el("table", { class: "facts" }, el("tbody", {}, ...rows.map(([key, name, text]) =>
    el("tr", { "data-row": key }, el("th", { scope: "row" }, name), el("td", {}, text)))));
}

/** Return what is seen before and after, and by how much they differ. */
export function resultParts(found, districts, chosen) {
  const { before, after, change, weight } = found;
  const filled = [["was", before.seen_share], ["now", after.seen_share]].map(([name, share]) => {
    const bar = el("i", { class: name });
    bar.style.width = `${Math.min(100, 100 * share)}%`;
    return bar;
  });
  const rows = [
    ["after", t("desk.seen", { weight: t(`weight.${weight}`) }), percent(after.seen_share)],
    ["change", t("desk.change"), `${signed(change.seen_share, (v) => percent(v, 2))} (${signed(change.seen, number)})`],
    ["twice", t("desk.twice"), percent(after.twice_share)],
  ];
  const local = chosen && after.districts[chosen];
  if (local !== null && local !== undefined && local !== "") {
    rows.push(["district", districts.name(chosen), `${percent(before.districts[chosen])} → ${percent(local)}`]);
  }
  const said = hiddenWords(found);
  return [el("div", { class: "desk-bar", role: "img", "aria-label": t("desk.bar", {
    was: percent(before.seen_share), now: percent(after.seen_share),
  }) }, ...filled.reverse()), facts(rows), el("p", { class: "small quiet", "data-said": "sight" }, said)];
}

/** Say whether buildings were looked at, and which cameras stand too deep inside one. */
function hiddenWords({ sight, cameras }) {
  const deep = cameras.filter(({ indoors }) => indoors).map(({ id }) => id);
  const words = sight.buildings === "used" ? t(`desk.sight.${sight.heights}`) : t("desk.sight.none");
  return deep.length ? `${words} ${t("desk.indoors", { ids: deep.join(", ") })}` : words;
}

/** Return what a search found and what it proved. */
export function planParts(solved) {
  if (!solved) return [];
  const rows = [
    ["status", t("desk.status"), t(`solved.${solved.status}`)],
    ["value", t("desk.value"), number(solved.objective)],
    ["bound", t("desk.bound"), number(solved.bound * solved.unit)],
    ["gap", t("desk.gap"), percent(solved.gap, 2)],
  ];
  return [facts(rows), ...(solved.curve?.length > 1 ? [curve(gains(solved))] : [])];
}

/** Return what each camera of a plan adds to those before it. */
function gains({ curve: seen, standing }) {
  return seen.map((value, at) => value - (at ? seen[at - 1] : standing));
}

function curve(values) {
  const most = Math.max(...values);
  return el("figure", { class: "desk-curve" },
    el("figcaption", { class: "small quiet" }, t("desk.curve")),
    el("div", { class: "columns", role: "img", "aria-label": values.map((value, at) =>
      t("desk.curve.bar", { n: at + 1, value: number(value) })).join("; ") }, ...values.map((value, at) => {
      const bar = el("i", {});
      bar.style.height = `${most ? (100 * value) / most : 0}%`;
      return el("span", { title: t("desk.curve.bar", { n: at + 1, value: number(value) }) }, bar);
    })));
}

/** Return how two kept plans differ. */
export function comparedParts({ first, second, change, only_first: mine, only_second: theirs }) {
  return [facts([
    ["first", first.name, percent(first.seen_share)], ["second", second.name, percent(second.seen_share)],
    ["difference", t("desk.change"), signed(change.seen_share, (v) => percent(v, 2))],
    ["only", t("desk.only"), `${number(mine.length)} / ${number(theirs.length)}`],
  ])];
}
