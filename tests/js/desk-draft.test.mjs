/** Plans of cameras in a link: what goes in comes out, and what is no plan is none. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { createDrafts, draftOf, draftText, fitsLink } from "../../webmap/static/js/desk-draft.js";

const CAMERA = { id: "N1", lat: 26.24021, lon: 117.603812, range: 250, bearing: 0, view_angle: 90, height: null, fixed: true, origin: "hand" };
const PLAN = { weight: "land", district: "350402", count: 5, dropped: ["C;7"], cameras: [CAMERA] };

test("a plan that goes into a link comes out of it", () => {
  assert.deepEqual(draftOf(draftText(PLAN)), PLAN);
  const round = { ...CAMERA, bearing: null, view_angle: null, fixed: false, origin: "plan" };
  assert.deepEqual(draftOf(draftText({ ...PLAN, cameras: [round] })).cameras, [round]);
});

test("the text of what comes out is the text that went in", () => {
  const text = draftText({ ...PLAN, cameras: [{ ...CAMERA, lat: 26.240212345678 }] });
  assert.equal(draftText(draftOf(text)), text);
});

test("what is cut short or written by hand is no plan", () => {
  const text = draftText(PLAN);
  for (const wrong of ["", "null", "{}", text.slice(0, -2), text.replace("26.24021", '"north"'), text.replace("26.24021", "126"), text.replace("5,", "null,")]) {
    assert.equal(draftOf(wrong), null, wrong);
  }
});

test("a plan of many cameras does not fit a link", () => {
  assert.ok(fitsLink(draftText(PLAN)));
  assert.ok(!fitsLink(draftText({ ...PLAN, cameras: Array(200).fill(CAMERA) })));
});

test("changes to a saved plan are kept by its number until they are dropped", () => {
  const held = new Map();
  const storage = {
    getItem: (name) => held.get(name) ?? null, setItem: (name, value) => held.set(name, value), removeItem: (name) => held.delete(name),
  };
  const drafts = createDrafts(storage, "desk.City");
  assert.equal(drafts.of(7), null);
  drafts.keep(7, 3, draftText(PLAN));
  assert.deepEqual(drafts.of(7), { revision: 3, plan: PLAN });
  assert.equal(drafts.of(8), null);
  held.set("desk.City.8", "[3");
  held.set("desk.City.9", '[3, "[]"]');
  assert.deepEqual([drafts.of(8), drafts.of(9)], [null, null]);
  drafts.drop(7);
  assert.equal(drafts.of(7), null);
});
