/** Areas under a place. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { holds, isArea, middleOf, ringsOf, sizeOf } from "../../webmap/static/js/polygons.js";

const square = (x, y, side) => [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]];
const holed = { type: "Polygon", coordinates: [square(0, 0, 10), square(2, 2, 4)] };
const two = { type: "MultiPolygon", coordinates: [[square(0, 0, 1)], [square(5, 5, 2)]] };

test("a place is in a polygon, not in its hole, not outside", () => {
  assert.ok(holds(holed, 1, 1));
  assert.ok(!holds(holed, 3, 3));
  assert.ok(!holds(holed, 11, 3));
  assert.ok(!holds(holed, -1, 3));
  assert.ok(holds(two, 6, 6.5));
  assert.ok(!holds(two, 3, 3));
});

test("every place of the plane is in one half of a square that a slanting line cuts", () => {
  const low = { type: "Polygon", coordinates: [[[0, 0], [10, 0], [10, 7], [0, 3]]] };
  const high = { type: "Polygon", coordinates: [[[0, 3], [10, 7], [10, 10], [0, 10]]] };
  for (let x = 0.05; x < 10; x += 0.7) {
    for (let y = 0.05; y < 10; y += 0.7) assert.equal(Number(holds(low, x, y)) + Number(holds(high, x, y)), 1);
  }
});

test("holes do not count for the size, and the way round does not matter", () => {
  assert.equal(sizeOf(holed), 84);
  assert.equal(sizeOf({ type: "Polygon", coordinates: [square(0, 0, 10).reverse()] }), 100);
  assert.equal(sizeOf(two), 5);
});

test("points and lines are no areas", () => {
  assert.ok(isArea(two));
  assert.ok(!isArea({ type: "Point", coordinates: [1, 2] }));
  assert.ok(!holds({ type: "Point", coordinates: [1, 2] }, 1, 2));
  assert.deepEqual(ringsOf(two)[1][0][0], [5, 5]);
});

test("the middle is that of the box; a line has none here", () => {
  assert.deepEqual(middleOf(two), [3.5, 3.5]);
  assert.deepEqual(middleOf({ type: "Point", coordinates: [1, 2] }), [1, 2]);
  assert.equal(middleOf({ type: "LineString", coordinates: [[1, 2], [2, 3]] }), null);
});
