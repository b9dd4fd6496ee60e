/** A film of the measure: hour by hour of the day, shift by shift, weekday by weekday, day by day. */

import { windowOf } from "./address.js";
import { byId, el } from "./dom.js";
import { t } from "./i18n.js";
import { complain, tell, whileBusy } from "./notices.js";

const { geogridLattice } = globalThis;
const FRAME_MS = 900;
const MOST_DAYS = 31;
const two = (n) => String(n).padStart(2, "0");
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const DAY_MS = 86400000;

function hourly(step) {
  return Array.from({ length: 24 / step }, (_, at) => {
    const hours = `${two(at * step)}-${two((at + 1) * step)}`;
    return { window: { hours }, name: `${two(at * step)}:00–${two((at + 1) * step)}:00` };
  });
}

/** Return the frames of a film: what each changes of the window, and its name. */
export function framesOf(by, state, days) {
  if (by === "hours") return hourly(1);
  if (by === "shifts") return hourly(8);
  if (by === "weekdays") return DAYS.map((day) => ({ window: { weekdays: day }, name: t(`dayname.${day}`) }));
  const first = Date.parse(state.from || days[0]);
  const last = Date.parse(state.to || days[1]);
  const count = Math.min(MOST_DAYS, Math.round((last - first) / DAY_MS) + 1);
  return Array.from({ length: count }, (_, at) => {
    const day = new Date(last - (count - 1 - at) * DAY_MS).toISOString().slice(0, 10);
    return { window: { from: day, to: day }, name: day };
  });
}

/** Build the player. A film ends when the state changes; the page is then as it was before. */
export function createPlay({ store, measure, features, days }) {
  let frames = [];
  let legend = null;
  let at = 0;
  let timer = 0;
  const [by, bar] = [byId("play-by"), byId("play-at")];

  function fill() {
    const chosen = by.value || "hours";
    by.replaceChildren(...["hours", "shifts", "weekdays", "days"].map((name) =>
      el("option", { value: name }, t(`play.${name}`))));
    by.value = chosen;
    sign();
  }

  function sign() {
    byId("play-run").textContent = timer ? "" : "▶";
    byId("play-run").classList.toggle("running", Boolean(timer));
    byId("play-run").setAttribute("aria-label", t(timer ? "play.pause" : "play.run"));
    byId("play-stop").hidden = byId("play-frames").hidden = frames.length === 0;
  }

  /** Return the number that says how much a frame has, to find the one whose legend fits all. */
  function amount({ column }) {
    let sum = 0;
    for (let i = 0; i < column.raw.length; i += 1) {
      const value = geogridLattice.valueOf(column, i);
      if (typeof value === "number") sum += Math.abs(value);
    }
    return sum;
  }

  async function open() {
    const state = store.get();
    const asked = framesOf(by.value, state, days);
    const found = [];
    for (const frame of asked) {
      const window = { ...windowOf(state), ...frame.window };
      const one = await measure.load({ ...state, ...window, column: measure.drawn.field.name });
      found.push({ ...frame, window, found: one, amount: amount(one) });
    }
    frames = found;
    const fullest = frames.reduce((best, frame) => (frame.amount > best.amount ? frame : best));
    legend = fullest.found.field.wire.legend;
    bar.max = String(frames.length - 1);
  }

  async function show(wanted) {
    at = wanted;
    bar.value = String(at);
    byId("play-name").textContent = frames[at].name;
    bar.setAttribute("aria-valuetext", frames[at].name);
    measure.showFrame(frames[at].found, legend);
    await features.showFrame(frames[at].window);
  }

  function pause() {
    clearInterval(timer);
    timer = 0;
    sign();
  }

  async function run() {
    if (timer) { pause(); return; }
    if (store.get().compare) { tell(t("play.compare")); return; }
    if (!measure.drawn?.field) return;
    byId("play-run").disabled = true;
    try {
      if (frames.length === 0) await whileBusy(t("busy.film"), open);
      await show(at < frames.length ? at : 0);
      timer = setInterval(() => show((at + 1) % frames.length), FRAME_MS);
    } catch (error) {
      frames = [];
      complain(error, run);
    } finally {
      byId("play-run").disabled = false;
      sign();
    }
  }

  /** End the film and forget it. */
  async function stop() {
    if (frames.length === 0) return;
    pause();
    frames = [];
    at = 0;
    sign();
    await features.showFrame(null);
    await measure.show();
  }

  byId("play-run").addEventListener("click", run);
  byId("play-stop").addEventListener("click", () => { stop(); byId("play-run").focus(); });
  by.addEventListener("change", stop);
  bar.addEventListener("input", () => { pause(); show(Number(bar.value)); });
  store.watch((state, changed) => {
    if (changed.has("lang")) fill();
    const names = ["layer", "column", "from", "to", "hours", "weekdays", "compare", "lang"];
    if (frames.length && names.some((name) => changed.has(name))) stop();
  });
  fill();
}
