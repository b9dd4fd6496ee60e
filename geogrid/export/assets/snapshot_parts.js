/*
 * Parts of the one-file map: elements of the page, colours, shapes of registers.
 *
 *   geogridParts.el(tag, properties, ...children)  -> element; strings become text nodes
 *   geogridParts.colourOf(style, element)          -> the element, coloured and hatched
 *   geogridParts.ink(id)                           -> colour of a register's marks
 *   geogridParts.namesOf(outlines)                 -> L.LayerGroup of the districts' names
 *   geogridParts.shapesOf(id, arrays, renderer)    -> Leaflet paths, one per feature
 *   geogridParts.theme()                           -> "light" or "dark"; .dark: its media query
 */
(function (root) {
  "use strict";

  const { L, geogridData: data } = root;
  const MANY_POINTS = 2000; // more are drawn as small dots
  const INKS = {
    cameras: ["#6a3fb5", "#c9aeff"],
    checkpoints: ["#0d0d0d", "#ffffff"],
    rooms: ["#00705a", "#6fe0c4"],
    other: ["#8a2d5c", "#ff9ecb"],
  };
  const dark = root.matchMedia("(prefers-color-scheme: dark)");

  function theme() {
    return dark.matches ? "dark" : "light";
  }

  function el(tag, properties = {}, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children.filter((child) => child !== null));
    return element;
  }

  function colourOf(style, element) {
    const { hatch, opacity } = style;
    if (opacity) element.style.backgroundColor = style[theme()];
    if (hatch) {
      element.style.backgroundImage = `repeating-linear-gradient(135deg, ${hatch[theme()]} 0 2px, `
        + "transparent 2px 5px)";
    }
    return element;
  }

  function ink(id) {
    return (INKS[id] || INKS.other)[dark.matches ? 1 : 0];
  }

  function namesOf({ ids, names, labels }) {
    const options = {
      permanent: true, direction: "center", className: "gg-name", interactive: false, opacity: 1,
    };
    return L.layerGroup(labels.map(([lng, lat], i) => L.tooltip(options)
      .setLatLng([lat, lng])
      .setContent(el("span", {}, names[i] || ids[i]))));
  }

  function shapesOf(id, arrays, renderer) {
    if (!arrays.points) {
      const draw = arrays.closed ? L.polygon : L.polyline;
      const style = { renderer, color: ink(id), weight: 2, fillOpacity: 0.15 };
      return arrays.parts.map((parts) => draw(parts.map(data.positions), style));
    }
    const many = arrays.ids.length > MANY_POINTS;
    const style = {
      renderer, radius: many ? 2 : 5, stroke: !many, weight: 1, fillOpacity: 0.9,
      color: dark.matches ? "#000" : "#fff", fillColor: ink(id),
    };
    return data.positions(arrays.points).map((place) => L.circleMarker(place, style));
  }

  root.geogridParts = { el, colourOf, ink, namesOf, shapesOf, dark, theme };
})(globalThis);
