/** Counted circles: none over another, none lost. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { apart } from "../../webmap/static/js/circles.js";

const radiusOf = (n) => 9 + 5.5 * Math.log10(n);
const at = (x, y, n) => ({ x, y, n, lng: x / 10, lat: y / 10 });

function scattered(count) {
  let seed = 7;
  const next = () => { seed = (seed * 16807) % 2147483647; return seed / 2147483647; };
  return Array.from({ length: count }, () => at(next() * 1000, next() * 700, 1 + Math.floor(next() ** 6 * 4000)));
}

test("no circle overlaps another, and all incidents are counted", () => {
  const points = scattered(400);
  const circles = apart(points, radiusOf);
  const sum = (some) => some.reduce((all, { n }) => all + n, 0);
  assert.equal(sum(circles), sum(points));
  assert.ok(circles.length > 20 && circles.length < points.length);
  for (const [i, one] of circles.entries()) {
    assert.equal(one.radius, radiusOf(one.n));
    for (const other of circles.slice(i + 1)) {
      assert.ok(Math.hypot(one.x - other.x, one.y - other.y) >= one.radius + other.radius);
    }
  }
});

test("a circle lies in the middle of all that it counts", () => {
  const [circle, ...more] = apart([at(0, 0, 3), at(12, 0, 1)], radiusOf);
  assert.equal(more.length, 0);
  assert.deepEqual([circle.x, circle.y, circle.n, circle.lng], [3, 0, 4, 0.3]);
});

test("circles that do not touch stay as they are", () => {
  const points = [at(0, 0, 1), at(100, 0, 50)];
  assert.deepEqual(apart(points, radiusOf).map(({ x, n }) => [x, n]), [[100, 50], [0, 1]]);
  assert.deepEqual(apart([], radiusOf), []);
  assert.equal(points[0].radius, undefined);
});
