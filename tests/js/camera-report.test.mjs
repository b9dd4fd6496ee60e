/** The tables of the report about cameras: their order, and the address that holds it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { nextOrder, reportOf } from "../../webmap/static/js/camera-report.js";

test("amounts begin with the largest, names and ranks with the first", () => {
  assert.equal(nextOrder("", "lost_m2"), "-lost_m2");
  assert.equal(nextOrder("-lost_m2", "camera"), "camera");
  assert.equal(nextOrder("", "rank"), "rank");
});

test("the column that orders already is turned", () => {
  assert.equal(nextOrder("-lost_m2", "lost_m2"), "lost_m2");
  assert.equal(nextOrder("lost_m2", "lost_m2"), "-lost_m2");
});

test("an address without a table of the report shows the first, one without its column no order", () => {
  assert.deepEqual(reportOf("poles,-lost_road_m"), { table: "poles", order: "-lost_road_m" });
  assert.deepEqual(reportOf(""), { table: "districts", order: "" });
  assert.deepEqual(reportOf("toString"), { table: "districts", order: "" });
  assert.deepEqual(reportOf("poles,people"), { table: "poles", order: "" });
  assert.deepEqual(reportOf("care,findings"), { table: "care", order: "" });
});
