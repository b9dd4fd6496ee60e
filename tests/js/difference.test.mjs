/** Two windows compared: laws of limits, legends and what became of gaps. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { comparable, difference, fates, limitsOf, readable } from "../../webmap/static/js/difference.js";

const plain = (column, i) => column.raw[i];
const of = (...raw) => ({ raw });

test("a readable limit is never below the value", () => {
  for (const value of [0.0003, 0.7, 3, 47, 61, 500, 86399, 1234567]) {
    for (const unit of ["", "s"]) {
      const limit = readable(value, unit);
      assert.ok(limit >= value * 0.999 && limit <= value * 5 + 5, `${value} ${unit} ${limit}`);
    }
  }
  assert.equal(readable(61, "s"), 120);
  assert.equal(readable(61, ""), 100);
});

test("limits rise, and there is one where nothing differs", () => {
  assert.deepEqual(limitsOf(Float32Array.of(0, 0, NaN), ""), [1]);
  const limits = limitsOf(Float32Array.from({ length: 1000 }, (_, i) => i - 500), "");
  assert.ok(limits.every((limit, i) => i === 0 || limit > limits[i - 1]));
});

test("a difference is first minus second, and unknown where either is", () => {
  const { raw } = difference(of(5, 0, null, 2), of(2, 0, 1, null), plain, { unit: "" });
  assert.deepEqual([...raw].map((v) => (Number.isNaN(v) ? null : v)), [3, 0, null, null]);
});

test("windows of different length are compared by day", () => {
  const { raw } = difference(of(30), of(10), plain, { unit: "s", per: [3, 1] });
  assert.equal(raw[0], 0);
});

test("the legend is symmetric: every size has one class on each side of none", () => {
  const first = Float32Array.from({ length: 400 }, (_, i) => i);
  const { meta } = difference({ raw: first }, { raw: first.map(() => 200) }, plain, { unit: "" });
  const froms = meta.legend.classes.filter(({ key }) => key !== "zero").map(({ from }) => from);
  assert.equal(froms[0], null);
  for (let i = 2; i < froms.length; i += 1) assert.ok(froms[i] > froms[i - 1]);
  const tos = meta.legend.classes.filter(({ key }) => key !== "zero").map(({ to }) => to);
  assert.equal(tos.at(-1), null);
  assert.deepEqual(froms.slice(1).map((v) => -v || 0), [...tos.slice(0, -1)].reverse().map((v) => v || 0));
});

test("a gap opens, stays or closes, and what is unknown is not told", () => {
  const now = of("never", "never", "met", "met", "no_data", "not_required", "stale");
  const before = of("met", "dark", "under", "met", "met", "met", "off_duty");
  const { raw, meta } = fates(now, before, plain);
  const words = [...raw].map((code) => meta.categories[code] ?? null);
  assert.deepEqual(words, ["opened", "stayed", "closed", "calm", null, null, null]);
});

test("times and kinds have no difference", () => {
  const field = (name, scale, kind) => ({ name, scale, wire: { legend: { kind } } });
  assert.equal(comparable(field("state", "category", "categorical")), "fates");
  assert.equal(comparable(field("hot", "category", "categorical")), "");
  assert.equal(comparable(field("last_seen", "time", "sequential")), "");
  assert.equal(comparable(field("visits", "amount", "sequential")), "numbers");
});
