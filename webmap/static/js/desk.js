/** The siting desk: place, turn and move cameras, see at once what they add, ask for more, keep it. */

import { getJson, send } from "./api.js";
import { windowOf } from "./address.js";
import { createDrafts, draftOf, draftText, fitsLink } from "./desk-draft.js";
import { createDeskMap } from "./desk-map.js";
import { comparedParts, planParts, resultParts } from "./desk-result.js";
import { byId, el } from "./dom.js";
import { number } from "./format.js";
import { currentLanguage, t } from "./i18n.js";
import { complain, tell, whileBusy } from "./notices.js";

const NEW = "new";
const FIRST = { range: 250, bearing: 0, view_angle: 90 };
const FIELDS = [["range", 10, 5000], ["bearing", 0, 359], ["view_angle", 10, 360]];
const TIMED = "incidents"; // the only weight that a window of time chooses among
const USUAL_COUNT = 3; // of cameras to ask for
const MOST_STEPS = 50;
const bare = ({ id, lat, lon, range, bearing, view_angle, height, fixed, origin }) =>
  ({ id, lat, lon, range, bearing, view_angle, height, fixed, origin });

/** Return a plan without cameras. */
const blank = (district) => ({ cameras: [], dropped: [], weight: "", district, count: USUAL_COUNT });

/** Build the desk; `click` takes clicks of the map while cameras are placed. */
export function createDesk({ map, store, about, districts }) {
  const key = `geogrid.desk.${about.name}`;
  const drafts = createDrafts(localStorage, key);
  let plan = blank("");
  let known = { scenarios: [], weights: [] };
  let kept = null; // the scenario this plan is, if it was saved
  let solved = null;
  let adds = new Map();
  let past = [];
  let placing = false;
  let edition = 0; // of the plan: what a hand drags is asked of the plan it was dragged in
  let going = null;
  let waiting = null; // the last plan that a hand dragged while the server was still busy with one before
  let loaded = "";
  let saved = draftText(plan); // what needs no draft
  const drawn = createDeskMap(map, (id, patch, done) => alter(id, patch, done));
  const shown = () => store.get().desk !== "";

  const remember = () => {
    const text = draftText(plan);
    if (loaded === NEW) localStorage.setItem(key, JSON.stringify(plan));
    else if (kept && text !== saved) drafts.keep(kept.id, kept.revision, text);
    else if (kept) drafts.drop(kept.id);
    if (shown()) store.set({ draft: text !== saved && fitsLink(text) ? text : "" });
  };
  const question = () => {
    const { backup, range, plain_views } = kept?.question ?? {};
    const timed = (plan.weight || known.weights[0]) === TIMED;
    const window = timed ? Object.entries(windowOf(store.get())).filter(([, value]) => value) : [];
    return { backup, range, plain_views, weight: plan.weight || undefined, ...Object.fromEntries(window) };
  };

  /** Return what a saved plan is asked with: what the desk shows, and what else was asked of it elsewhere. */
  function wholeQuestion() {
    const before = { ...kept?.question, from: null, to: null, hours: null, weekdays: null };
    const asked = { ...before, ...question(), district: plan.district || null };
    return asked.budget || asked.model === "lscp" ? asked : { ...asked, new: plan.count };
  }

  function step(next) {
    past.push(plan);
    if (past.length > MOST_STEPS) past.shift();
    plan = next;
    changed();
  }

  function changed() {
    edition += 1;
    remember();
    draw();
    ask();
  }

  /** Change a camera; while a hand drags it, only the numbers follow. */
  function alter(id, patch, done) {
    const cameras = plan.cameras.map((one) => (one.id === id ? { ...one, ...patch } : one));
    if (done) { step({ ...plan, cameras }); return; }
    follow({ ...plan, cameras });
  }

  function place(latlng) {
    const taken = new Set(plan.cameras.map(({ id }) => id));
    let at = 1;
    while (taken.has(`N${at}`)) at += 1;
    const camera = { id: `N${at}`, lat: latlng.lat, lon: latlng.lng, ...FIRST, fixed: true, origin: "hand" };
    step({ ...plan, cameras: [...plan.cameras, camera] });
  }

  async function ask(asked = plan) {
    going?.abort();
    if (!shown()) return;
    going = new AbortController();
    const { signal } = going;
    try {
      const found = await send("api/whatif", {
        question: question(), cameras: [], dropped: [],
        changes: [...asked.dropped.map((id) => ({ op: "drop", id })),
          ...asked.cameras.map((camera) => ({ op: "place", camera: bare(camera) }))],
      }, "POST", signal);
      if (signal.aborted) return;
      adds = new Map(found.cameras.map((camera) => [camera.id, camera.adds]));
      byId("desk-result").replaceChildren(...resultParts(found, districts, store.get().district));
      tellAdds();
    } catch (error) {
      if (error.name !== "AbortError") complain(error);
    }
  }

  /** Ask at once, and while the server answers keep only the last: the numbers follow as fast as it can. */
  async function follow(asked) {
    const busy = waiting !== null;
    waiting = { asked, of: edition };
    if (busy) return;
    while (waiting.asked) {
      const now = waiting;
      waiting = {};
      if (now.of === edition) await ask(now.asked);
    }
    waiting = null;
  }

  function draw() {
    drawn.draw(plan.cameras);
    byId("desk-undo").disabled = past.length === 0;
    tellState();
    byId("desk-plan").replaceChildren(...planParts(solved));
    list();
  }

  /** Tell whether the plan is saved, and what a link to it shows. */
  function tellState() {
    const text = draftText(plan);
    const words = [kept ? t(text === saved ? "desk.kept" : "desk.changed", { name: kept.name }) : t("desk.draft")];
    if (text !== saved) words.push(t(fitsLink(text) ? "desk.linked" : "desk.long"));
    byId("desk-name").textContent = words.join(" ");
  }

  const added = (id) => (adds.has(id) ? t("desk.adds", { n: number(adds.get(id)) }) : "");

  /** Tell what each camera adds, and leave alone what somebody may be typing. */
  function tellAdds() {
    for (const row of byId("desk-cameras").children) {
      row.querySelector(".adds").textContent = added(row.dataset.camera);
    }
  }

  function list() {
    const focused = document.activeElement?.id;
    byId("desk-cameras").replaceChildren(...plan.cameras.map((camera) => el("li", { "data-camera": camera.id },
      el("strong", {}, camera.id),
      el("span", { class: "adds" }, added(camera.id)),
      ...FIELDS.map(([name, min, max]) => el("label", { class: "small quiet" }, t(`desk.${name}`), el("input", {
        id: `desk-${camera.id}-${name}`, type: "number", class: "line", min, max, value: camera[name] ?? (name === "view_angle" ? 360 : 0),
        change: (event) => {
          const value = Number(event.target.value);
          if (Number.isFinite(value) && value >= min && value <= max) alter(camera.id, { bearing: camera.bearing ?? 0, view_angle: camera.view_angle ?? 360, [name]: value }, true);
        },
      }))),
      el("button", { type: "button", class: "tool", "aria-label": t("desk.remove", { id: camera.id }), title: t("desk.remove", { id: camera.id }),
        click: () => step({ ...plan, cameras: plan.cameras.filter(({ id }) => id !== camera.id) }) }, "✕"))));
    if (focused?.startsWith("desk-")) byId(focused)?.focus();
    byId("desk-said").textContent = placing ? t("desk.placing") : plan.cameras.length ? t("desk.drag") : t("desk.none");
  }

  function fill() {
    byId("desk-weight").replaceChildren(...known.weights.map((name) => el("option", { value: name }, t(`weight.${name}`))));
    byId("desk-weight").value = plan.weight || known.weights[0];
    const options = known.scenarios.map(({ id, name }) => el("option", { value: id }, name));
    byId("desk-open").replaceChildren(el("option", { value: NEW }, t("desk.draft.new")), ...options);
    byId("desk-open").value = store.get().desk;
    byId("desk-compare").replaceChildren(el("option", { value: "" }, "–"),
      ...known.scenarios.filter(({ id }) => id !== kept?.id).map(({ id, name }) => el("option", { value: id }, name)));
    byId("desk-label").value = kept?.name ?? "";
    byId("desk-count").value = plan.count;
    fillDistricts();
  }

  /** Offer the districts in which more can be asked for; the one the map is about comes first. */
  function fillDistricts() {
    const ids = [...districts.ids].sort((a, b) => districts.name(a).localeCompare(districts.name(b), currentLanguage()));
    byId("desk-district").replaceChildren(el("option", { value: "" }, t("district.all")),
      ...ids.map((id) => el("option", { value: id }, districts.name(id))));
    byId("desk-district").value = plan.district;
  }

  /** A plan made by the command line may name its district instead of giving its id. */
  const idOf = (name) => districts.ids.find((id) => id === name || districts.plainName(id) === name) ?? "";

  function take(scenario) {
    kept = scenario;
    solved = scenario.solved;
    const { weight, district, new: count } = scenario.question;
    plan = { cameras: scenario.cameras, dropped: scenario.dropped, weight: weight ?? "", district: idOf(district ?? ""), count: count ?? USUAL_COUNT };
    past = [];
    loaded = String(scenario.id);
    saved = draftText(plan);
  }

  /** Go on with changes that were not saved: those this browser kept, over them those of a link; undo leads back. */
  function takeChanges() {
    const mine = drafts.of(kept.id);
    const linked = draftOf(store.get().draft);
    for (const changed of [mine?.plan, linked]) {
      if (!changed || draftText(changed) === draftText(plan)) continue;
      past.push(plan);
      plan = changed;
    }
    if (!mine || past.length === 0) return;
    if (mine.revision !== kept.revision) tell(t("desk.overtaken", { name: kept.name }));
    else if (!linked) tell(t("desk.taken_up", { name: kept.name }));
  }

  /** Tell that what is not saved of a plan waits for it. */
  function leave() {
    if (kept && draftText(plan) !== saved) tell(t("desk.left", { name: kept.name }));
  }

  /** Begin with what a link carries, else with what this browser keeps, else with nothing. */
  function takeDraft() {
    [kept, solved, past, loaded] = [null, null, [], NEW];
    const empty = blank(store.get().district);
    saved = draftText(empty);
    plan = { ...empty, ...JSON.parse(localStorage.getItem(key) ?? "{}") };
    const linked = draftOf(store.get().draft);
    if (!linked) return;
    if (plan.cameras.length && draftText(plan) !== draftText(linked)) past.push(plan);
    plan = linked;
  }

  async function open() {
    const { desk } = store.get();
    if (desk && desk === loaded && !byId("desk").hidden) return; // kept just now: a name may be typed already
    byId("desk").hidden = !desk;
    document.body.classList.toggle("with-desk", Boolean(desk));
    drawn.show(Boolean(desk));
    if (!desk) { setPlacing(false); return; }
    try {
      known = await getJson("api/scenarios");
      if (desk !== NEW && loaded !== desk) {
        const scenario = await getJson(`api/scenarios/${encodeURIComponent(desk)}`);
        if (store.get().desk !== desk) return; // another was chosen meanwhile
        take(scenario);
        takeChanges();
      } else if (desk === NEW && loaded !== NEW) takeDraft();
      remember();
      fill();
      draw();
      ask();
    } catch (error) {
      complain(error, open);
    }
  }

  async function keep() {
    const name = byId("desk-label").value.trim();
    if (!name) { byId("desk-label").focus(); tell(t("desk.unnamed")); return null; }
    const body = { name, question: wholeQuestion(), cameras: plan.cameras.map(bare), dropped: plan.dropped };
    const same = kept && kept.name === name;
    const scenario = same
      ? await send(`api/scenarios/${kept.id}`, { ...body, revision: kept.revision }, "PATCH")
      : await send("api/scenarios", body);
    if (kept) drafts.drop(kept.id); // what was changed of it is in the plan that was saved
    else localStorage.removeItem(key);
    take(scenario);
    known = await getJson("api/scenarios");
    store.set({ desk: String(scenario.id), draft: "" });
    fill();
    draw();
    return scenario;
  }

  async function solve() {
    if (!byId("desk-label").value.trim()) byId("desk-label").value = t("desk.unnamed.plan", { n: known.scenarios.length + 1 });
    const scenario = await keep();
    if (!scenario) return;
    const asked = { question: scenario.question, revision: scenario.revision };
    take(await whileBusy(t("busy.solve"), () => send(`api/scenarios/${scenario.id}/solve`, asked)));
    remember();
    draw();
    ask();
  }

  const guarded = (work) => () => work().catch((error) => complain(error));
  function undo() {
    if (past.length === 0) return false;
    plan = past.pop();
    changed();
    return true;
  }
  function setPlacing(wanted) {
    placing = wanted;
    byId("desk-place").setAttribute("aria-pressed", String(placing));
    map.getContainer().classList.toggle("drawing", placing);
    list();
  }

  /** Choose the district in which more is asked for. */
  function choose(district) {
    plan = { ...plan, district };
    remember();
    fillDistricts();
    tellState();
  }

  async function compare() {
    const other = byId("desk-compare").value;
    byId("desk-compared").replaceChildren();
    if (!other) return;
    const mine = kept && past.length === 0 ? kept : await keep();
    if (mine) byId("desk-compared").replaceChildren(...comparedParts(await getJson(`api/scenarios/${mine.id}/compare/${other}`)));
  }

  byId("desk-toggle").addEventListener("click", () => store.set(shown() ? { desk: "", draft: "" } : { desk: loaded || NEW }));
  byId("desk-close").addEventListener("click", () => { store.set({ desk: "", draft: "" }); byId("desk-toggle").focus(); });
  byId("desk-place").addEventListener("click", () => setPlacing(!placing));
  byId("desk-undo").addEventListener("click", undo);
  byId("desk-save").addEventListener("click", guarded(keep));
  byId("desk-solve").addEventListener("click", guarded(solve));
  byId("desk-compare").addEventListener("change", guarded(compare));
  byId("desk-open").addEventListener("change", (event) => { leave(); store.set({ desk: event.target.value, draft: "" }); });
  byId("desk-count").addEventListener("change", (event) => {
    plan = { ...plan, count: Math.min(100, Math.max(1, Math.round(Number(event.target.value)) || 1)) };
    event.target.value = plan.count;
    remember();
    tellState();
  });
  byId("desk-district").addEventListener("change", (event) => choose(event.target.value));
  byId("desk-weight").addEventListener("change", (event) => step({ ...plan, weight: event.target.value }));
  store.watch((state, now) => {
    if (now.has("district") && shown() && !kept) choose(state.district);
    if (now.has("desk")) open();
    else if (shown() && ["from", "to", "hours", "weekdays", "district"].some((name) => now.has(name))) ask();
    if (now.has("lang") && shown()) { fill(); changed(); }
  });
  return {
    start: open, undo: () => shown() && undo(),
    click: (latlng) => { if (placing) place(latlng); return placing; },
    busy: () => placing, cancel: () => setPlacing(false),
  };
}
