/** The box that most of a measure lies in, beside a count cell by cell. */

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";

const lattices = createRequire(import.meta.url)("../../geogrid/export/assets/lattice.js");
const { busiestBox } = await import("../../webmap/static/js/busiest.js");

const SIDE = 20;
/** A lattice of 20 x 20 cells without row 3 and the west half of row 4. */
const lattice = { nRows: SIDE, nCols: SIDE, nCells: 370,
  first: Int32Array.of(0, 90, 0x7fffffff), start: Int32Array.of(0, 60, 370) };
const META = { dtype: "u1", scale: 1, offset: 0, decimals: 0, null: 255, categories: [] };

function columnOf(Kind, meta, { inside, outside }) {
  const raw = new Kind(lattice.nCells).fill(outside);
  for (let row = 6; row <= 8; row += 1) {
    for (let col = 2; col <= 5; col += 1) raw[lattices.positionOf(lattice, row * SIDE + col)] = inside;
  }
  return { raw, meta: { ...META, ...meta } };
}
const BOX = [[6, 2], [8, 5]];

test("numbers over none make the box, however they travel", () => {
  assert.deepEqual(busiestBox(lattice, columnOf(Uint8Array, {}, { inside: 7, outside: 0 })), BOX);
  assert.deepEqual(busiestBox(lattice, columnOf(Uint8Array, {}, { inside: 7, outside: 255 })), BOX);
  const signed = { dtype: "u2", scale: 0.1, offset: -2, decimals: 1, null: 65535 };
  assert.deepEqual(busiestBox(lattice, columnOf(Uint16Array, signed, { inside: 21, outside: 20 })), BOX);
  const floats = { dtype: "f4", null: null };
  assert.deepEqual(busiestBox(lattice, columnOf(Float32Array, floats, { inside: 0.1, outside: NaN })), BOX);
});

test("kinds that say that there is nothing to see do not count", () => {
  const kinds = { categories: ["not_required", "met", "no_data"] };
  assert.deepEqual(busiestBox(lattice, columnOf(Uint8Array, kinds, { inside: 1, outside: 2 })), BOX);
  assert.equal(busiestBox(lattice, columnOf(Uint8Array, kinds, { inside: 0, outside: 255 })), null);
});

test("without any cell, or with cells all over, there is no box", () => {
  assert.equal(busiestBox(lattice, columnOf(Uint8Array, {}, { inside: 0, outside: 0 })), null);
  assert.equal(busiestBox(lattice, columnOf(Uint8Array, {}, { inside: 9, outside: 9 })), null);
});

test("a few cells far off do not widen the box", () => {
  const raw = new Uint8Array(lattice.nCells);
  for (let row = 8; row < 18; row += 1) {
    for (let col = 4; col < 14; col += 1) raw[lattices.positionOf(lattice, row * SIDE + col)] = 1;
  }
  raw[0] = raw[lattice.nCells - 1] = 1; // two of 102 cells, less than the fiftieth part at each side
  assert.deepEqual(busiestBox(lattice, { raw, meta: META }), [[8, 4], [17, 13]]);
});
