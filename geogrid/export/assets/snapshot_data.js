/*
 * The data that a one-file map carries: base64 of gzip in <script type="text/plain"> elements.
 *
 *   geogridData.bytes(text)               -> Promise of an ArrayBuffer
 *   geogridData.json(text)                -> Promise of a value
 *   geogridData.unshuffled(buffer, width) -> ArrayBuffer: bytes put back into numbers
 *   geogridData.positions(differences)    -> [[lat, lng], ...]
 */
(function (root) {
  "use strict";

  const STEPS = 100000; // of a degree

  async function bytes(text) {
    const signs = atob(text.trim());
    const packed = new Uint8Array(signs.length);
    for (let i = 0; i < signs.length; i += 1) packed[i] = signs.charCodeAt(i);
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).arrayBuffer();
  }

  async function json(text) {
    return JSON.parse(new TextDecoder().decode(await bytes(text)));
  }

  function unshuffled(buffer, width) {
    if (width === 1) return buffer;
    const from = new Uint8Array(buffer);
    const to = new Uint8Array(from.length);
    const count = from.length / width;
    for (let k = 0; k < width; k += 1) {
      for (let i = 0; i < count; i += 1) to[i * width + k] = from[k * count + i];
    }
    return to.buffer;
  }

  function positions(differences) {
    const found = [];
    let lng = 0;
    let lat = 0;
    for (let i = 0; i < differences.length; i += 2) {
      lng += differences[i];
      lat += differences[i + 1];
      found.push([lat / STEPS, lng / STEPS]);
    }
    return found;
  }

  const api = { bytes, json, unshuffled, positions };
  root.geogridData = api;
  if (typeof module === "object" && module.exports) module.exports = api;
})(globalThis);
