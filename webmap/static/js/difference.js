/** Two windows compared cell by cell: pure functions, tested in node. */

// Brewer's purple to orange, told apart by people with any colour vision; light, dark.
const LESS = [["#dcd6ec", "#41356a"], ["#b3a4d6", "#6d589c"], ["#7a5fb0", "#9d83cf"], ["#3f1a6b", "#cdb5f5"]];
const MORE = [["#fde3bd", "#503a1f"], ["#f6b560", "#8a5c22"], ["#d97a16", "#c98530"], ["#8f4300", "#ffc278"]];
const SAME = ["#8d98a3", "#8d98a3"];
const PARTS = [0.5, 0.8, 0.95]; // of the cells that differ, below each limit
const SECONDS = [1, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 28800, 86400];
const GAPS = new Set(["dark", "never", "stale", "under"]);
const UNKNOWN = new Set(["no_data", "off_duty"]);
const FATES = [
  ["opened", ["#b2182b", "#f4776a"]], ["stayed", ["#e0a33a", "#d99a3a"]],
  ["closed", ["#2166ac", "#6db1ee"]], ["calm", ["#b8c2cc", "#4a5765"]],
];
const NULL = { light: "#c9cfd6", dark: "#3a4652", opacity: 0.15 };

/** Return the value nearest above that people like to read. */
export function readable(value, unit) {
  if (!(value > 0)) return 0;
  if (unit === "s" && value <= SECONDS.at(-1)) return SECONDS.find((step) => step >= value);
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((times) => times * power >= value * 0.999);
  return Number((step * power).toPrecision(6));
}

/** Return three rising limits for the sizes of differences. */
export function limitsOf(differences, unit) {
  const sizes = Float32Array.from(differences.filter((value) => value !== 0 && value === value), Math.abs).sort();
  const limits = [];
  for (const part of PARTS) {
    const value = readable(sizes[Math.min(sizes.length - 1, Math.floor(part * sizes.length))] ?? 0, unit);
    if (value > (limits.at(-1) ?? 0)) limits.push(value);
  }
  return limits.length ? limits : [1];
}

function divergingLegend(limits) {
  const edges = [0, ...limits, null]; // sizes: the last class has no upper end
  const side = (shades, sign) => edges.slice(0, -1).map((inner, at) => {
    const outer = edges[at + 1];
    const [light, dark] = shades[Math.round((at * (shades.length - 1)) / limits.length)];
    const ends = sign > 0 ? [inner, outer] : [outer === null ? null : -outer, inner === 0 ? 0 : -inner];
    return { key: ends.join(":"), from: ends[0], to: ends[1], light, dark, opacity: 0.95 };
  });
  const zero = { key: "zero", from: 0, to: 0, light: SAME[0], dark: SAME[1], opacity: 0.12 };
  const classes = [...side(LESS, -1).reverse(), zero, ...side(MORE, 1)];
  return { kind: "diverging", integer: false, null: NULL, classes };
}

/**
 * Return the column of first minus second.
 *
 * `per` is what each is divided by, to be fair where one window is longer.
 */
export function difference(first, second, valueOf, { unit, decimals, per = [1, 1] }) {
  const raw = new Float32Array(first.raw.length);
  for (let i = 0; i < raw.length; i += 1) {
    const [a, b] = [valueOf(first, i), valueOf(second, i)];
    raw[i] = a === null || b === null ? NaN : a / per[0] - b / per[1];
  }
  const legend = divergingLegend(limitsOf(raw, unit));
  return { raw, meta: { dtype: "f4", scale: 1, offset: 0, decimals, categories: [], null: null, legend } };
}

/** Return what became of gaps from the second window to the first, as a column of kinds. */
export function fates(first, second, valueOf) {
  const raw = new Uint8Array(first.raw.length).fill(255);
  const names = FATES.map(([name]) => name);
  for (let i = 0; i < raw.length; i += 1) {
    const [now, before] = [valueOf(first, i), valueOf(second, i)];
    if (now === null || before === null || now === "not_required") continue;
    if (UNKNOWN.has(now) || UNKNOWN.has(before)) continue;
    const [gap, was] = [GAPS.has(now), GAPS.has(before)];
    raw[i] = names.indexOf(gap ? (was ? "stayed" : "opened") : was ? "closed" : "calm");
  }
  const classes = FATES.map(([key, [light, dark]]) => ({ key, label: key, light, dark, opacity: 0.95 }));
  const legend = { kind: "categorical", classes, null: NULL };
  return { raw, meta: { dtype: "u1", scale: 1, offset: 0, decimals: 0, null: 255, categories: names, legend } };
}

/** Tell whether two windows of a field can be compared as numbers, as gaps, or not at all. */
export function comparable(field) {
  if (field.name === "state") return "fates";
  return field.wire.legend.kind === "categorical" || field.scale === "time" ? "" : "numbers";
}
