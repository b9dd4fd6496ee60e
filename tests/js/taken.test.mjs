/** What is taken away is what the map shows. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { conditionsOf, holds, parametersOf, partsOf } from "../../webmap/static/js/taken.js";
import { withKind } from "../../webmap/static/js/layer-state.js";

const EMPTY = { range: "", hidden: "", without: "", district: "", area: "" };

test("a range and kinds that are hidden become conditions of their own layer", () => {
  const hidden = withKind(withKind("", "gaps.state", "met", false), "gaps.state", "null", false);
  const state = { ...EMPTY, range: "coverage.patrol_s:60..600,gaps.absence_h:12..", hidden };
  assert.equal(conditionsOf("coverage", state), "patrol_s=60..600");
  assert.equal(conditionsOf("gaps", state), "absence_h=12..;state!=met,");
  assert.equal(conditionsOf("cameras", state), "");
});

test("kinds of places are chosen by the column that tells them apart", () => {
  const without = withKind("", "cameras", "off", false);
  assert.equal(conditionsOf("cameras", { ...EMPTY, without }), "status!=off");
  assert.equal(conditionsOf("rooms", { ...EMPTY, without }), "");
});

test("any text can be a kind, and breaks no condition", () => {
  const without = ["a,b;c=d", "1..2", "派出所"].reduce((so, kind) => withKind(so, "places", kind, false), "");
  assert.equal(conditionsOf("places", { ...EMPTY, without }),
    `kind!=a%2Cb%3Bc%3Dd,1%2E%2E2,${encodeURIComponent("派出所")}`);
});

test("classes of numbers, differences and empty ranges choose nothing", () => {
  const hidden = withKind(withKind("", "coverage.visits", "-2", false), "coverage.visits", "zero", false);
  const state = { ...EMPTY, hidden, range: "coverage.visits:..,coverage.visits.difference:1..2" };
  assert.equal(conditionsOf("coverage", state), "");
});

test("a file has the parts that are chosen and no others", () => {
  const parts = partsOf({ ...EMPTY, district: "1", area: "1,2;3,4;5,6", range: "gaps.n:1..2" }, ["gaps", "cameras"]);
  assert.deepEqual(parts.where, { gaps: "n=1..2" });
  assert.deepEqual(parametersOf("gaps", "csv", "gcj02", parts, new Set(["where"])),
    { f: "csv", datum: "gcj02", district: "", area: "", where: "n=1..2" });
  assert.deepEqual(parametersOf("cameras", "kml", "wgs84", parts, new Set(["district", "area", "where"])),
    { f: "kml", datum: "", district: "1", area: "1,2;3,4;5,6", where: "" });
  const picked = partsOf({ ...EMPTY, area: "zones:Z;1" }, []);
  assert.equal(parametersOf("gaps", "csv", "wgs84", picked, new Set(["area"])).area, "zones:Z;1");
});

test("what knows WGS-84 alone holds no other datum", () => {
  assert.deepEqual(["geojson", "kml", "gpkg"].map((format) => holds(format, "working")), [false, false, true]);
  assert.ok(holds("kml", "wgs84"));
});
