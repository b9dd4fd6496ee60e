import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";
import test from "node:test";

const load = createRequire(import.meta.url);
const format = load("../../geogrid/export/assets/snapshot_format.js");
const data = load("../../geogrid/export/assets/snapshot_data.js");

const en = { language: "en", timeZone: "Asia/Shanghai", t: (text) => text };
const words = { h: "小时", min: "分钟", s: "秒", none: "无", "or more": "及以上" };
const zh = { ...en, language: "zh", t: (text) => words[text] || text };

function meta(more = {}) {
  return { name: "v", unit: "", scale_kind: "amount", decimals: 0,
    legend: { classes: [], integer: false, null: { label: "not known" } }, ...more };
}

test("seconds are said in the two largest units that they fill", () => {
  const seconds = meta({ unit: "s" });
  const said = [[0, "0 s"], [0.4, "0.4 s"], [45, "45 s"], [60, "1 min"], [119.7, "2 min"],
    [696, "11 min 36 s"], [3600, "1 h"], [12000, "3 h 20 min"], [3599.8, "60 min"],
    [187200, "2 d 4 h"]];
  for (const [value, text] of said) assert.equal(format.value(seconds, value, en), text);
  assert.equal(format.value(seconds, 12000, zh), "3 小时 20 分钟");
});

test("a share says none and all only where they are true", () => {
  const share = meta({ scale_kind: "share", decimals: 4 });
  const said = [[0, "0 %"], [0.0001, "< 0.1 %"], [0.25, "25 %"], [0.1234, "12.3 %"],
    [0.9999, "> 99.9 %"], [1, "100 %"]];
  for (const [value, text] of said) assert.equal(format.value(share, value, en), text);
});

test("a p-value is a number, not a percentage", () => {
  const chance = meta({ name: "p", scale_kind: "share", decimals: 4 });
  assert.equal(format.value(chance, 0.0123, en), "0.0123");
});

test("null is said as the legend says it", () => {
  assert.equal(format.value(meta(), null, en), "not known");
});

test("times are in the map's time zone", () => {
  const time = meta({ scale_kind: "time", unit: "UTC" });
  assert.equal(format.value(time, 1774972740, en), "31 Mar 2026, 23:59");
  assert.match(format.value(time, 1774972740, zh), /2026年3月31日 23:59/);
});

test("numbers have their unit and a true minus", () => {
  const z = meta({ scale_kind: "diverging", decimals: 2, unit: "log2" });
  assert.equal(format.value(z, -1.25, en), "\u22121.25 log2");
});

test("categories and levels are said by their label", () => {
  const classes = [{ key: "never", label: "never seen" }];
  const state = meta({ legend: { classes, integer: false, null: {} } });
  assert.equal(format.value(state, "never", en), "never seen");
  const hot = meta({ name: "hot", legend: { classes: [{ key: "zero", label: "neither" },
    { key: "99", label: "hot, 99 %" }], integer: true, null: {} } });
  assert.equal(format.value(hot, 99, en), "hot, 99 %");
  assert.equal(format.value(hot, 0, en), "neither");
});

test("classes of whole numbers name both ends that belong to them", () => {
  const visits = meta({ legend: { classes: [], integer: true, null: {} } });
  const range = (from, to) => format.range(visits, { key: "1", from, to }, en);
  assert.equal(range(1, 2), "1");
  assert.equal(range(2, 5), "2 \u2013 4");
  assert.equal(range(5, null), "5 or more");
});

test("classes of other numbers name their bounds", () => {
  const seconds = meta({ unit: "s" });
  const range = (key, from, to, context = en) => format.range(seconds, { key, from, to }, context);
  assert.equal(range("zero", 0, 0), "none");
  assert.equal(range("zero", 0, 0, zh), "无");
  assert.equal(range("1", 0, 60), "< 1 min");
  assert.equal(range("2", 60, 300), "1 min \u2013 5 min");
  assert.equal(range("3", 300, null, zh), "5 分钟 及以上");
  assert.equal(range("1", null, null), "all");
});

test("bytes come back from gzip in base64", async () => {
  const packed = gzipSync(Buffer.from('{"a":[1,2]}')).toString("base64");
  assert.deepEqual(await data.json(`\n${packed}\n`), { a: [1, 2] });
});

test("numbers come back from their bytes put side by side", () => {
  const values = Uint32Array.of(1, 2 ** 31, 70000, 4294967295);
  const bytes = new Uint8Array(values.buffer);
  const shuffled = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i += 1) shuffled[(i % 4) * 4 + Math.floor(i / 4)] = bytes[i];
  assert.deepEqual(new Uint32Array(data.unshuffled(shuffled.buffer, 4)), values);
  assert.equal(data.unshuffled(shuffled.buffer, 1), shuffled.buffer);
});

test("positions are the running sums of their differences", () => {
  assert.deepEqual(data.positions([11763000, 2626000, -1000, 500]),
    [[26.26, 117.63], [26.265, 117.62]]);
});
