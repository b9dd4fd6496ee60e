/** Classes that a reader chooses: each value in one class, as many in each, limits that stay. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { choosable, classed, equalSteps, limitsIn, limitsOf } from "../../webmap/static/js/classes.js";

const plain = (column, i) => column.raw[i];
const ramp = Array.from({ length: 7 }, (_, at) => [`#00000${at}`, `#f0000${at}`]);
const range = (key, from, to) => ({ key, label: "", from, to, light: "#111111", dark: "#222222", opacity: 0.88, hatch: null });
const usual = (integer = false) => ({
  kind: "sequential", integer, ramp, null: range("null", null, null),
  classes: [range("zero", 0, 0), range("1", integer ? 1 : 0, 10), range("2", 10, null)],
});
const ofAll = (legend, values) => values.map((value) => legend.classes.filter(({ key, from, to }) => (
  key === "zero" ? value === 0 : value > 0 && value >= from && (to === null || value < to))).map(({ key }) => key));

test("limits are read from a text, rising, each once, and no more than there are colours", () => {
  assert.deepEqual(limitsIn("600|60|x|60| 3600"), [60, 600, 3600]);
  assert.deepEqual(limitsIn("no number"), []);
  assert.equal(limitsIn("1 2 3 4 5 6 7 8 9").length, 6);
});

test("equal counts put a sixth of the cells over zero into each class, and none keeps its own", () => {
  const raw = Float64Array.from({ length: 700 }, (_, i) => (i < 100 ? 0 : (i - 99) ** 2 / 100));
  const legend = classed(usual(), { raw }, plain, "counts");
  const counts = new Map();
  for (const [key, ...more] of ofAll(legend, [...raw])) {
    assert.equal(more.length, 0);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  assert.equal(counts.get("zero"), 100);
  counts.delete("zero");
  assert.equal(counts.size, 6);
  for (const count of counts.values()) assert.ok(Math.abs(count - 100) <= 2, `${count}`);
});

test("equal steps are as wide as one another", () => {
  assert.deepEqual(equalSteps([0, 1, 12], 6), [2, 4, 6, 8, 10]);
});

test("limits of one's own are those of the legend, and every colour of the ramp's ends is used", () => {
  const legend = classed(usual(), { raw: [0, 5] }, plain, "60|600");
  assert.deepEqual(limitsOf(legend), [60, 600]);
  assert.deepEqual(legend.classes.map(({ light }) => light), ["#111111", "#000000", "#000003", "#000006"]);
  assert.equal(legend.classes.at(-1).to, null);
});

test("whole numbers have whole limits, and a commonest value does not make an empty class", () => {
  const raw = [...Array(50).fill(1), 2, 3, 4, 9];
  const legend = classed(usual(true), { raw }, plain, "counts");
  for (const keys of ofAll(legend, raw)) assert.equal(keys.length, 1);
  assert.ok(limitsOf(classed(usual(true), { raw }, plain, "steps")).every(Number.isInteger));
  assert.ok(limitsOf(legend).every((limit) => limit > 1));
});

test("a legend stays where nothing is known, or where no limit is given", () => {
  assert.deepEqual(classed(usual(), { raw: [null, 0] }, plain, "counts"), usual());
  assert.deepEqual(classed(usual(), { raw: [1, 2] }, plain, "nothing"), usual());
  assert.deepEqual(classed(usual(), { raw: [3, 3] }, plain, "counts"), usual());
});

test("only amounts and shares are cut anew", () => {
  assert.ok(choosable({ scale: "amount", wire: { legend: usual() } }));
  assert.ok(!choosable({ scale: "time", wire: { legend: usual() } }));
  assert.ok(!choosable({ scale: "category", wire: { legend: { kind: "categorical" } } }));
});
