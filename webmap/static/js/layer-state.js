/** What the address says of single layers and columns, as in "cameras:50,roads:30"; pure functions. */

/** Return the values by name of "name:value,name:value". */
export function readPairs(text) {
  const pairs = new Map();
  for (const part of text.split(",")) {
    const at = part.indexOf(":");
    if (at > 0) pairs.set(part.slice(0, at), part.slice(at + 1));
  }
  return pairs;
}

/** Return the text with another value for one name; an empty value takes the name away. */
export function withPair(text, name, value) {
  const pairs = readPairs(text);
  if (value === "") pairs.delete(name); else pairs.set(name, value);
  return [...pairs].map(([key, one]) => `${key}:${one}`).join(",");
}

/** Return the kinds that a name leaves out; a kind is any text, so each is escaped. */
export function kindsLeftOut(text, name) {
  return new Set((readPairs(text).get(name) ?? "").split("|").filter(Boolean).map(unescaped));
}

/** Return the text with one kind of a name left out, or shown again. */
export function withKind(text, name, kind, shown) {
  const kinds = kindsLeftOut(text, name);
  if (shown) kinds.delete(kind); else kinds.add(kind);
  return withPair(text, name, [...kinds].map(encodeURIComponent).join("|"));
}

function unescaped(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // an address that somebody cut short
  }
}

/** Return [least, most] of "least..most"; null where that end is open. */
export function readRange(text = "") {
  const ends = text.split("..");
  return [0, 1].map((at) => {
    const number = ends[at] ? Number(ends[at]) : NaN;
    return Number.isFinite(number) ? number : null;
  });
}

/** Return the text of a range; empty where both ends are open. */
export function writeRange(least, most) {
  return least === null && most === null ? "" : `${least ?? ""}..${most ?? ""}`;
}

/** Return `usual` in the order that a comma-separated text asks for; others stay behind their usual neighbour. */
export function arranged(usual, text) {
  const order = [...new Set(text.split(","))].filter((id) => usual.includes(id));
  usual.forEach((id, at) => {
    if (order.includes(id)) return;
    const before = usual.slice(0, at).filter((one) => order.includes(one)).pop();
    order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, id);
  });
  return order;
}

/** Return an order with one id at another place. */
export function moved(order, id, to) {
  const rest = order.filter((one) => one !== id);
  rest.splice(Math.min(rest.length, Math.max(0, to)), 0, id);
  return rest;
}

/** Return which cells a district and a range of values leave; null for all. An unknown value is in no range. */
export function cellMask(count, { inDistrict = null, range = [null, null], valueOf = null }) {
  const [least, most] = range;
  const ranged = valueOf !== null && (least !== null || most !== null);
  if (!inDistrict && !ranged) return null;
  const mask = new Uint8Array(count);
  for (let at = 0; at < count; at += 1) {
    if (inDistrict && !inDistrict(at)) continue;
    const value = ranged ? valueOf(at) : 0;
    const within = typeof value === "number" && (least === null || value >= least) && (most === null || value <= most);
    if (!ranged || within) mask[at] = 1;
  }
  return mask;
}
