/** A plan of cameras as the text that a link carries, and that a browser keeps until it is saved. */

const LONGEST = 6000; // of a link that mail programs and proxies still pass on
const SIXTH = 1e6; // of a degree: 0.1 m
const fixed = (value) => Math.round(value * SIXTH) / SIXTH;
const number = (value) => typeof value === "number" && Number.isFinite(value);
const numberOrNone = (value) => value === null || number(value);
const text = (value) => typeof value === "string";

/** Return a plan as text. */
export function draftText({ weight, district, count, dropped, cameras }) {
  const rows = cameras.map((one) => [one.id, fixed(one.lat), fixed(one.lon), one.range, one.bearing ?? null,
    one.view_angle ?? null, one.height ?? null, one.fixed ? 1 : 0, one.origin]);
  return JSON.stringify([weight, district, count, dropped, rows]);
}

/** Tell whether a link can carry such a text. */
export const fitsLink = (whole) => encodeURIComponent(whole).length <= LONGEST;

/** Return the plan of such a text, or null where it is none. */
export function draftOf(whole) {
  let parts = null;
  try {
    parts = JSON.parse(whole);
  } catch {
    return null; // cut short, or written by hand
  }
  if (!Array.isArray(parts)) return null;
  const [weight, district, count, dropped, rows] = parts;
  const sound = text(weight) && text(district) && number(count) && Array.isArray(dropped) && dropped.every(text)
    && Array.isArray(rows) && rows.every(isCamera);
  if (!sound) return null;
  const cameras = rows.map(([id, lat, lon, range, bearing, angle, height, hand, origin]) =>
    ({ id, lat, lon, range, bearing, view_angle: angle, height, fixed: hand === 1, origin }));
  return { weight, district, count, dropped, cameras };
}

/** Return what is kept in `storage` of changes to saved plans that were not saved themselves. */
export function createDrafts(storage, name) {
  const keyOf = (id) => `${name}.${id}`;
  return {
    /** Keep a plan as text with the revision of the scenario it was changed from. */
    keep: (id, revision, text) => storage.setItem(keyOf(id), JSON.stringify([revision, text])),
    drop: (id) => storage.removeItem(keyOf(id)),
    /** Return the plan that is kept of a scenario, and its revision; null where there is none. */
    of(id) {
      let parts = null;
      try {
        parts = JSON.parse(storage.getItem(keyOf(id)) ?? "null");
      } catch {
        return null; // written by something else
      }
      const plan = Array.isArray(parts) && text(parts[1]) ? draftOf(parts[1]) : null;
      return plan && { revision: parts[0], plan };
    },
  };
}

function isCamera(row) {
  if (!Array.isArray(row)) return false;
  const [id, lat, lon, range, bearing, angle, height, , origin] = row;
  return text(id) && text(origin) && [lat, lon, range].every(number) && [bearing, angle, height].every(numberOrNone)
    && Math.abs(lat) <= 90 && Math.abs(lon) <= 180;
}
