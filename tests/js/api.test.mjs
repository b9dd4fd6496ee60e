/** Questions to a server that is busy are asked again, those that it refuses are not. */

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { getJson, send, ServerError } from "../../webmap/static/js/api.js";

const real = globalThis.fetch;
afterEach(() => { globalThis.fetch = real; });

/** Answer with each of some answers by turns, and note what was asked. */
function answering(...answers) {
  const asked = [];
  globalThis.fetch = async (address, request) => {
    asked.push([address, request.method, request.body]);
    return answers[Math.min(asked.length, answers.length) - 1]();
  };
  return asked;
}
const busy = () => new Response('{"detail":"busy"}', { status: 503, headers: { "Retry-After": "0" } });
const there = () => new Response('{"n":1}', { status: 200 });

test("whoever is told to come back asks the same again until it is answered", async () => {
  const asked = answering(busy, busy, there);
  assert.deepEqual(await send("api/x", { a: 1 }), { n: 1 });
  assert.deepEqual(asked, Array(3).fill(["api/x?lang=en", "POST", '{"a":1}']));
});

test("a server that stays busy is told of in its words", async () => {
  const asked = answering(busy);
  await assert.rejects(getJson("api/x"), (error) => error instanceof ServerError && error.message === "busy");
  assert.equal(asked.length, 60);
});

test("a store that cannot be read is told of at once", async () => {
  const asked = answering(() => new Response('{"detail":"damaged"}', { status: 503 }));
  await assert.rejects(getJson("api/x"), { message: "damaged" });
  assert.equal(asked.length, 1);
});

test("nobody asks again for what is no longer wanted", async () => {
  const later = () => new Response("{}", { status: 503, headers: { "Retry-After": "1000" } });
  const [asked, gone] = [answering(later), new AbortController()];
  const waiting = getJson("api/x", {}, gone.signal);
  setTimeout(() => gone.abort(), 1);
  await assert.rejects(waiting, { name: "AbortError" });
  assert.equal(asked.length, 1);
});
