/** The address line holds the state, and what it cannot read is as usual. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULTS, readAddress, sortIn, writeAddress } from "../../webmap/static/js/address.js";

test("every part of a state comes back from its address", () => {
  const state = Object.fromEntries(Object.entries(DEFAULTS).map(([name, usual]) => [name, `x,;&=%中${usual}`]));
  Object.assign(state, { theme: "dark", lat: 26.1, lng: 117.2, z: 12.5, opacity: 45, compare: "swipe", desk: "new" });
  assert.deepEqual(readAddress(writeAddress(state)), state);
  assert.equal(writeAddress(DEFAULTS), "");
});

test("an order of a table is read where the table has that column", () => {
  const usual = { column: "name", direction: 1 };
  assert.deepEqual(sortIn("gaps:-1", ["name", "gaps"], usual), { column: "gaps", direction: -1 });
  for (const text of ["", "speed:1", "gaps", "gaps:7"]) assert.deepEqual(sortIn(text, ["name", "gaps"], usual), usual);
});
