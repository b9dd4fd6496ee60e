/** The worst gaps: only gaps, only in the district, most incidents first. */

import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.geogridLattice = {};
globalThis.matchMedia = () => ({ matches: false }); // the list asks whether the page is narrow
const { worstGaps } = await import("../../webmap/static/js/worst.js");

const states = ["met", "never", "dark", "stale", null, "never", "not_required", "under"];
const demands = [0.9, 0.1, 0.3, 0.3, 0.8, null, 0.7, 0.2];

test("only gaps are found, those with most incidents first, then those that are worse", () => {
  const found = worstGaps(states, demands, null, 10);
  assert.deepEqual(found.map(({ position }) => position), [2, 3, 7, 1, 5]);
});

test("the district's mask and the number wanted are kept", () => {
  const mask = Uint8Array.of(1, 1, 0, 1, 1, 1, 1, 0);
  assert.deepEqual(worstGaps(states, demands, mask, 2).map(({ position }) => position), [3, 1]);
});
