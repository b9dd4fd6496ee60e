/** The worst gaps of the window in the chosen district: where most happens and nobody came. */

import { byId, el } from "./dom.js";
import { percent } from "./format.js";
import { t, word } from "./i18n.js";
import { goNear } from "./map-view.js";
import { complain, whileBusy } from "./notices.js";

const { geogridLattice } = globalThis;
const GAPS = ["never", "dark", "stale", "under"];
const SHOWN = 5;
const NEAR_ZOOM = 15;

/** Return the positions of the worst gaps: by their share of incidents, then by how bad the state is. */
export function worstGaps(states, demands, mask, most) {
  const found = [];
  states.forEach((state, position) => {
    const rank = GAPS.indexOf(state);
    if (rank < 0 || (mask && !mask[position])) return;
    found.push({ position, state, rank, demand: demands[position] ?? 0 });
  });
  found.sort((a, b) => b.demand - a.demand || a.rank - b.rank || a.position - b.position);
  return found.slice(0, most);
}

/** Build the list; it is there when gaps are drawn. */
export function createWorst({ map, store, lattice, measure, districts }) {
  const all = (column) => Array.from({ length: lattice.nCells }, (_, at) => geogridLattice.valueOf(column, at));

  async function find() {
    const state = store.get();
    const [gap, demand] = await whileBusy(t("busy.worst"), () => Promise.all(
      ["state", "demand_share"].map((column) => measure.load({ ...state, layer: "gaps", column }))));
    draw(worstGaps(all(gap.column), all(demand.column), measure.mask(), SHOWN));
  }

  function draw(gaps) {
    const { district } = store.get();
    const where = district ? districts.name(district) : t("district.all");
    byId("worst-list").replaceChildren(...(gaps.length ? gaps.map((gap) => {
      const id = geogridLattice.idOf(lattice, gap.position);
      const code = geogridLattice.cellCode(lattice, id);
      return el("li", {}, el("button", { type: "button", class: "worst", "data-cell": code, click: () => go(id, code) },
        el("strong", {}, word("state", gap.state)), el("span", {}, t("worst.demand", { share: percent(gap.demand, 2) })),
        el("small", { class: "quiet" }, code)));
    }) : [el("li", { class: "quiet" }, t("worst.nothing"))]));
    byId("worst-said").textContent = t("worst.said", { district: where });
    byId("worst-found").hidden = false;
  }

  function go(id, code) {
    store.set({ cell: code });
    goNear(map, geogridLattice.cellCentre(lattice, id), Math.max(map.getZoom(), NEAR_ZOOM));
  }

  function show(state) {
    byId("worst").hidden = state.layer !== "gaps";
    byId("worst-found").hidden = true; // what was found was of another time or place
  }

  byId("worst-find").addEventListener("click", () => find().catch((error) => complain(error)));
  store.watch((state, changed) => {
    const names = ["layer", "district", "from", "to", "hours", "weekdays", "lang"];
    if (names.some((name) => changed.has(name))) show(state);
  });
  show(store.get());
}
