/** Classes as a reader wants them: equal counts, equal steps, or limits that stay; pure functions. */

const CLASSES = 6;
const MOST_LIMITS = 6; // the ramp has a colour for each class, and one more class than limits
const DIGITS = 3; // of limits that are worked out

/** Return the rising limits that a text holds, as in "60|600|3600"; none where it holds no number. */
export function limitsIn(text = "") {
  const limits = text.split(/[|;,\s]+/).filter(Boolean).map(Number).filter(Number.isFinite);
  return [...new Set(limits)].sort((a, b) => a - b).slice(0, MOST_LIMITS);
}

/** Return limits that put as many of the values, which rise, into each class. */
export function equalCounts(values, classes = CLASSES) {
  return Array.from({ length: classes - 1 }, (_, at) => values[Math.floor(((at + 1) * values.length) / classes)]);
}

/** Return limits of classes as wide as one another, from the least of the values, which rise, to the most. */
export function equalSteps(values, classes = CLASSES) {
  const [low, high] = [values[0], values[values.length - 1]];
  return Array.from({ length: classes - 1 }, (_, at) => low + ((at + 1) * (high - low)) / classes);
}

const WORKED_OUT = { counts: equalCounts, steps: equalSteps };

/** Tell whether a legend's classes can be chosen: those of amounts and shares. */
export const choosable = (field) => field?.wire.legend.kind === "sequential" && field.scale !== "time";

/** Return where the classes of a legend begin, without none and without the lowest. */
export const limitsOf = (legend) => legend.classes.filter(({ key }) => key !== "zero").slice(1).map(({ from }) => from);

/**
 * Return the legend with other classes: `way` is "counts", "steps" or limits as text.
 *
 * None keeps its class. A legend stays as it is where the way leads to no limit.
 */
export function classed(legend, column, valueOf, way) {
  const none = legend.classes.filter(({ key }) => key === "zero");
  const usual = legend.classes.filter(({ key }) => key !== "zero");
  const worked = Object.hasOwn(WORKED_OUT, way);
  const values = worked ? rising(column, valueOf, none.length > 0) : [];
  if (usual.length === 0 || (worked && values.length === 0)) return legend;
  const found = worked ? WORKED_OUT[way](values).map((limit) => Number(limit.toPrecision(DIGITS))) : limitsIn(way);
  const lowest = usual[0].from;
  const whole = legend.integer ? found.map(Math.ceil) : found;
  const least = worked ? Math.max(lowest ?? -Infinity, values[0]) : lowest ?? -Infinity;
  const limits = [...new Set(whole)].filter((limit) => limit > least);
  if (limits.length === 0) return legend;
  const bounds = [lowest, ...limits, null];
  const ranges = bounds.slice(0, -1).map((from, at) => {
    const [light, dark] = legend.ramp[Math.round((at * (legend.ramp.length - 1)) / limits.length)];
    return { ...usual[0], key: String(at + 1), label: "", from, to: bounds[at + 1], light, dark };
  });
  return { ...legend, classes: [...none, ...ranges] };
}

/** Return the known numbers in rising order; those over zero where none has a class of its own. */
function rising(column, valueOf, overZero) {
  const values = new Float64Array(column.raw.length);
  let n = 0;
  for (let i = 0; i < values.length; i += 1) {
    const value = valueOf(column, i);
    if (typeof value === "number" && (!overZero || value > 0)) values[n++] = value;
  }
  return values.subarray(0, n).sort();
}
