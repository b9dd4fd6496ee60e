/** Coordinates as somebody types them: degrees of some datum, degrees with minutes, or metres; pure functions. */

const SYSTEM = /^(wgs-?84|cgcs-?2000|gcj-?02|bd-?09|epsg[\s:：]*\d{4,6})[\s:：]+/i;
const PAIR = /^(-?\d+(?:\.\d+)?)\s*[,，;；\s]\s*(-?\d+(?:\.\d+)?)$/;
const ANGLE = String.raw`(\d{1,3}(?:\.\d+)?)\s*[°度]\s*(?:(\d{1,2}(?:\.\d+)?)\s*['′’分]\s*)?(?:(\d{1,2}(?:\.\d+)?)\s*(?:"|″|”|''|秒)\s*)?`;
const EAST = "[EW东西]|东经|西经";
const NORTH = "[NS北南]|北纬|南纬";

/** Return {system, x, y, metres} of a text, or null; `system` is "" where none is named. */
export function coordinatesIn(text) {
  const named = SYSTEM.exec(text);
  const system = named ? named[1].toLowerCase().replace(/[\s：]/g, "") : "";
  const rest = named ? text.slice(named[0].length).trim() : text;
  const pair = PAIR.exec(rest);
  const numbers = pair ? [Number(pair[1]), Number(pair[2])] : anglesIn(rest);
  if (!numbers) return null;
  const epsg = /^epsg:?(\d+)$/.exec(system);
  const name = epsg ? `epsg:${epsg[1]}` : system.replace("-", "");
  const metres = Boolean(epsg) || numbers.some((number) => Math.abs(number) > 180);
  return { system: name, x: numbers[0], y: numbers[1], metres };
}

/** Return [longitude, latitude] of degrees, minutes and seconds; directions stand before all numbers or behind all. */
function anglesIn(text) {
  const before = new RegExp(`^(?:${EAST}|${NORTH})`, "i").test(text);
  const lng = angle(text, EAST, before);
  const lat = angle(text, NORTH, before);
  return lng === null || lat === null ? null : [lng, lat];
}

function angle(text, directions, before) {
  const found = new RegExp(before ? `(?:${directions})\\s*${ANGLE}` : `${ANGLE}(?:${directions})`, "i").exec(text);
  if (!found) return null;
  const [degrees, minutes, seconds] = found.slice(1, 4).map((part) => Number(part ?? 0));
  const size = degrees + minutes / 60 + seconds / 3600;
  const [direction] = found[0].replace(/[^a-z东西南北]/gi, "");
  return /[WS西南]/i.test(direction) ? -size : size;
}
