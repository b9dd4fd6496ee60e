/** Typed coordinates. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { coordinatesIn } from "../../webmap/static/js/coordinates.js";

test("degrees of a datum, or of none", () => {
  assert.deepEqual(coordinatesIn("117.63,26.27"), { system: "", x: 117.63, y: 26.27, metres: false });
  assert.deepEqual(coordinatesIn("GCJ-02 117.63，26.27"), { system: "gcj02", x: 117.63, y: 26.27, metres: false });
  assert.equal(coordinatesIn("bd09: 117.6 26.2").system, "bd09");
  assert.equal(coordinatesIn("wgs-84 117.6 26.2").system, "wgs84");
});

test("metres are told by their size or by a named system", () => {
  assert.deepEqual(coordinatesIn("1014250.5, 999250"), { system: "", x: 1014250.5, y: 999250, metres: true });
  assert.deepEqual(coordinatesIn("CGCS2000 39563350 2906650"), { system: "cgcs2000", x: 39563350, y: 2906650, metres: true });
  assert.deepEqual(coordinatesIn("EPSG:4548 12.5, 13"), { system: "epsg:4548", x: 12.5, y: 13, metres: true });
  assert.equal(coordinatesIn("epsg 32650: 563350 2906650").system, "epsg:32650");
});

test("degrees, minutes and seconds in any order, with signs or letters", () => {
  const near = (text) => {
    const { x, y } = coordinatesIn(text);
    assert.ok(Math.abs(x - 117.6353) < 1e-4 && Math.abs(y - 26.2712) < 1e-4, `${text}: ${x} ${y}`);
  };
  near("26°16′16.3″N 117°38′7.1″E");
  near("E117°38'7.1\" N26°16'16.3\"");
  near("北纬26度16分16.3秒，东经117度38分7.1秒");
  near("117.6353°E 26.2712°N");
  assert.equal(coordinatesIn("10°S 20°W").y, -10);
  assert.equal(coordinatesIn("10°S 20°W").x, -20);
});

test("names, numbers of cameras and codes of cells are no coordinates", () => {
  for (const text of ["CAM-0012", "三元区", "250mE1000250N0998750", "117.63", "26°N", "1,2,3", "", "epsg:4548"]) {
    assert.equal(coordinatesIn(text), null, text);
  }
});
