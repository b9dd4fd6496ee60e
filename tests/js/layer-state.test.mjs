import assert from "node:assert/strict";
import { test } from "node:test";
import {
  arranged, cellMask, kindsLeftOut, moved, readPairs, readRange, withKind, withPair, writeRange,
} from "../../webmap/static/js/layer-state.js";

test("a value is put under a name, changed and taken away", () => {
  let text = withPair("", "roads", "40");
  text = withPair(text, "cameras", "60");
  assert.equal(text, "roads:40,cameras:60");
  assert.equal(readPairs(withPair(text, "roads", "50")).get("roads"), "50");
  assert.equal(withPair(text, "roads", ""), "cameras:60");
  assert.equal(readPairs(":1,nothing,,a:").size, 1);
});

test("any text can be a kind, and comes back as it went", () => {
  const hostile = ["a|b", "c,d:e", "</script>", "%", "派出所", "%E0%A4%A"];
  const text = hostile.reduce((so, kind) => withKind(so, "places", kind, false), "");
  assert.deepEqual([...kindsLeftOut(text, "places")], hostile);
  assert.deepEqual([...kindsLeftOut(withKind(text, "places", "%", true), "places")], hostile.filter((kind) => kind !== "%"));
  assert.equal(hostile.reduce((so, kind) => withKind(so, "places", kind, true), text), "");
  assert.deepEqual([...kindsLeftOut("places:%E0%A4%A", "places")], ["%E0%A4%A"]);
});

test("a range has open ends, and zero is an end", () => {
  assert.deepEqual(readRange("0..5"), [0, 5]);
  assert.deepEqual(readRange("-2.5.."), [-2.5, null]);
  assert.deepEqual(readRange("..x"), [null, null]);
  assert.deepEqual(readRange(undefined), [null, null]);
  assert.equal(writeRange(0, null), "0..");
  assert.equal(writeRange(null, null), "");
});

test("an order keeps all layers once, also from an old or a wrong link", () => {
  const usual = ["a", "b", "c", "d"];
  assert.deepEqual(arranged(usual, ""), usual);
  assert.deepEqual(arranged(usual, "d,b"), ["a", "d", "b", "c"]);
  assert.deepEqual(arranged(usual, "c,c,nothing,a,b,d"), ["c", "a", "b", "d"]);
  assert.deepEqual(moved(usual, "a", 2), ["b", "c", "a", "d"]);
  assert.deepEqual(moved(usual, "a", -5), usual);
  assert.deepEqual(moved(usual, "a", 99), ["b", "c", "d", "a"]);
});

test("a mask holds the cells of the district whose value is known and in the range", () => {
  const values = [0, 5, null, 10];
  const valueOf = (at) => values[at];
  assert.equal(cellMask(4, { valueOf }), null);
  assert.deepEqual([...cellMask(4, { valueOf, range: [0, 5] })], [1, 1, 0, 0]);
  assert.deepEqual([...cellMask(4, { valueOf, range: [5, null] })], [0, 1, 0, 1]);
  assert.deepEqual([...cellMask(4, { valueOf, range: [null, 9], inDistrict: (at) => at > 0 })], [0, 1, 0, 0]);
  assert.deepEqual([...cellMask(4, { inDistrict: (at) => at === 3 })], [0, 0, 0, 1]);
});
