/** A small map of where the rows of a file lie, over the districts. */

const { L } = globalThis;

/** Return a map that shows positions (lon, lat). */
export function createPreviewMap(container, outlines) {
  const map = L.map(container, { attributionControl: false, zoomSnap: 0.25, minZoom: 3 });
  const land = L.geoJSON({ type: "FeatureCollection", features: outlines }, {
    interactive: false, style: { className: "district-line", weight: 1, fillOpacity: 0.08 },
  }).addTo(map);
  const points = L.layerGroup().addTo(map);
  const renderer = L.canvas({ padding: 0.2 });
  const colour = () => getComputedStyle(document.documentElement).getPropertyValue("--accent").trim();
  return {
    show(places) {
      map.invalidateSize();
      points.clearLayers();
      for (const [lng, lat] of places) {
        L.circleMarker([lat, lng], {
          renderer, radius: 3, weight: 0, fillOpacity: 0.7, fillColor: colour(), interactive: false,
        }).addTo(points);
      }
      const bounds = land.getBounds();
      for (const [lng, lat] of places) bounds.extend([lat, lng]);
      if (bounds.isValid()) map.fitBounds(bounds, { animate: false, padding: [8, 8] });
    },
  };
}
