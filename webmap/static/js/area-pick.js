/** Areas that are there already, to be picked for their statistics: districts, beats, zones and places that are areas. */

import { getFeatures } from "./api.js";
import { byId, el } from "./dom.js";
import { kindWords } from "./feature-style.js";
import { t } from "./i18n.js";
import { districtName } from "./map-view.js";
import { holds, isArea, sizeOf } from "./polygons.js";

const DISTRICTS = "districts";
const LAYERS = ["areas", "zones", "places", "depots"]; // those smaller than a district, which lie on it
const NAME = /^([a-z]+):(.+)$/s; // in the address, as in "districts:350402"

/** Tell whether the address names an area instead of its corners. */
export const isNamed = (text) => NAME.test(text);

/** Build the list of areas; `choose` is called with the name of the one that is picked. */
export function createAreaPick({ store, layers, outlines, choose }) {
  const select = byId("area-pick");
  const smaller = LAYERS.filter((id) => layers.some((layer) => layer.id === id));
  let found = null; // promise of [{name, label, layer, geometry}]

  const read = async () => {
    const lists = await Promise.all(smaller.map((id) => getFeatures(id)));
    return [[DISTRICTS, outlines], ...smaller.map((id, at) => [id, lists[at].features])].flatMap(([layer, features]) =>
      features.filter(({ geometry }) => geometry && isArea(geometry)).map((feature) => ({
        name: `${layer}:${feature.id}`, layer, feature, geometry: feature.geometry,
      })));
  };
  const areas = () => { found ??= read(); return found; };

  const label = ({ layer, feature: { id, properties } }) => {
    if (layer === DISTRICTS) return districtName({ id, properties });
    return [id, properties.name, properties.kind && kindWords(layer, properties.kind)].filter(Boolean).join(" ");
  };

  async function fill() {
    const all = await areas();
    const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
    const groups = [DISTRICTS, ...smaller].map((layer) => [layer, all.filter((one) => one.layer === layer)
      .map((one) => [one.name, label(one)]).sort((a, b) => collator.compare(a[1], b[1]))]);
    select.replaceChildren(el("option", { value: "" }, t("area.pick")), ...groups.filter(([, list]) => list.length)
      .map(([layer, list]) => el("optgroup", { label: t(`layer.${layer}`) },
        ...list.map(([name, words]) => el("option", { value: name }, words)))));
    mark();
  }

  /** Show in the list which area the address names. */
  function mark() {
    const { area } = store.get();
    select.value = isNamed(area) ? area : "";
  }

  select.addEventListener("change", () => choose(select.value));

  return {
    fill,
    mark,
    /** Return the geometry of a named area; null where there is none of that name. */
    async geometryOf(text) {
      return (await areas()).find(({ name }) => name === text)?.geometry ?? null;
    },
    /** Return the name of the smallest area at a place, or null. */
    async at({ lat, lng }) {
      const here = (await areas()).filter(({ geometry }) => holds(geometry, lng, lat));
      return here.sort((a, b) => sizeOf(a.geometry) - sizeOf(b.geometry))[0]?.name ?? null;
    },
  };
}
