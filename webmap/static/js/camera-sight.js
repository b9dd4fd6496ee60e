/** What cameras see: asked for by what the map shows, and only near enough to be told apart. */

import { getJson } from "./api.js";

export const SIGHT_FROM_ZOOM = 15;
const MOST = 3000;

/** Return what keeps the views on a canvas in step with the map. */
export function createCameraSight(map) {
  let going = null;

  /** Ask for the views in sight and hand them to the canvas. */
  return async function follow(canvas) {
    going?.abort();
    if (map.getZoom() < SIGHT_FROM_ZOOM) { canvas.setViews([]); return; }
    going = new AbortController();
    const box = map.getBounds().pad(0.15);
    const bbox = [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()].map((value) => value.toFixed(5)).join(",");
    try {
      const { features } = await getJson("api/views", { bbox, limit: MOST }, going.signal);
      canvas.setViews(features);
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  };
}
