/** The view as one picture: everything on the map, under a title and beside its legend. */

import { byId } from "./dom.js";
import { t } from "./i18n.js";

const { L } = globalThis;
const LEGEND_W = 270;
const HEAD_H = 62;
const FOOT_H = 34;
const LINE_H = 22;

const opacityOf = (element, end) => {
  let all = 1;
  for (let one = element; one && one !== end; one = one.parentElement) all *= Number(getComputedStyle(one).opacity);
  return all;
};

/** Draw the paths of one pane as the page styles them. */
function drawPaths(context, map, pane) {
  const offset = map.containerPointToLayerPoint([0, 0]);
  map.eachLayer((layer) => {
    const element = layer instanceof L.Path && layer.options.pane === pane ? layer.getElement() : null;
    if (!element) return;
    const style = getComputedStyle(element);
    const path = new Path2D();
    if (layer._point) { // a circle marker
      path.arc(layer._point.x - offset.x, layer._point.y - offset.y, layer._radius, 0, 2 * Math.PI);
    }
    for (const part of layer._parts ?? []) {
      part.forEach(({ x, y }, at) => path[at ? "lineTo" : "moveTo"](x - offset.x, y - offset.y));
      if (layer instanceof L.Polygon) path.closePath();
    }
    if (style.fill !== "none") {
      context.globalAlpha = Number(style.fillOpacity);
      context.fillStyle = style.fill;
      context.fill(path, "evenodd");
    }
    const width = Number.parseFloat(style.strokeWidth);
    if (style.stroke !== "none" && width > 0) {
      context.globalAlpha = Number(style.strokeOpacity);
      context.strokeStyle = style.stroke;
      context.lineWidth = width;
      context.setLineDash(style.strokeDasharray === "none" ? [] : style.strokeDasharray.split(",").map(Number.parseFloat));
      context.stroke(path);
      context.setLineDash([]);
    }
    context.globalAlpha = 1;
  });
}

/** Draw the canvases and tiles of one pane where they lie. */
function drawPictures(context, map, element, { swipe, ground }) {
  const at = map.getContainer().getBoundingClientRect();
  context.save();
  if (swipe) {
    context.beginPath();
    context.rect(...swipe);
    context.clip();
  }
  for (const one of element.querySelectorAll("canvas, img")) {
    const box = one.getBoundingClientRect();
    if (!ground && one.matches(".basemap img, img.basemap")) continue;
    if (box.width === 0 || box.right < at.left || box.left > at.right) continue;
    context.globalAlpha = opacityOf(one, map.getContainer());
    context.drawImage(one, box.left - at.left, box.top - at.top, box.width, box.height);
  }
  context.restore();
}

function drawNames(context, map) {
  const at = map.getContainer().getBoundingClientRect();
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const span of map.getContainer().querySelectorAll(".district-name span, .desk-handle span")) {
    if (span.hidden || !span.textContent) continue;
    const style = getComputedStyle(span.parentElement);
    const box = span.getBoundingClientRect();
    const [x, y] = [(box.left + box.right) / 2 - at.left, (box.top + box.bottom) / 2 - at.top];
    context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    context.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue("--halo");
    context.lineWidth = 4;
    context.strokeText(span.textContent, x, y);
    context.fillStyle = style.color;
    context.fillText(span.textContent, x, y);
  }
  context.textAlign = "left";
}

/** Draw all panes of the map from the ground up, or all but a ground of tiles. */
export function drawMap(context, map, ground = true) {
  const size = map.getSize();
  context.fillStyle = getComputedStyle(map.getContainer()).backgroundColor;
  context.fillRect(0, 0, size.x, size.y);
  const panes = Object.entries(map.getPanes()).filter(([name]) => !["mapPane", "tooltipPane", "popupPane"].includes(name))
    .sort(([, a], [, b]) => Number(getComputedStyle(a).zIndex) - Number(getComputedStyle(b).zIndex));
  const bar = byId("swipe").hidden ? null : byId("swipe").getBoundingClientRect().left - map.getContainer().getBoundingClientRect().left;
  for (const [name, element] of panes) {
    const swipe = bar === null || !["measure", "other"].includes(name) ? null
      : name === "measure" ? [0, 0, bar, size.y] : [bar, 0, size.x - bar, size.y];
    drawPictures(context, map, element, { swipe, ground });
    drawPaths(context, map, name);
  }
  drawNames(context, map);
  if (bar !== null) {
    context.fillStyle = getComputedStyle(byId("swipe")).borderLeftColor;
    context.fillRect(bar - 1, 0, 3, size.y);
  }
}

/** Draw a text, shortened where it is too long. */
function put(context, text, x, y, width) {
  let shown = text;
  while (shown.length > 4 && context.measureText(shown).width > width) shown = `${shown.slice(0, -2)}…`;
  context.fillText(shown, x, y);
}

function drawLegend(context, x, top, ink, quiet, words) {
  let y = top;
  context.font = `600 14px ${words.font}`;
  context.fillStyle = ink;
  put(context, words.measure, x, y, LEGEND_W - 24);
  y += LINE_H + 2;
  context.font = `13px ${words.font}`;
  for (const row of document.querySelectorAll("#legend tbody tr")) {
    if (!row.querySelector("input")?.checked) continue;
    context.drawImage(row.querySelector("canvas"), x, y - 8, 26, 16);
    context.fillStyle = ink;
    put(context, row.querySelector(".words").textContent, x + 34, y + 4, LEGEND_W - 120);
    context.fillStyle = quiet;
    context.textAlign = "right";
    context.fillText(row.querySelector("td:nth-child(2)").textContent, x + LEGEND_W - 24, y + 4);
    context.textAlign = "left";
    y += LINE_H;
  }
  for (const row of document.querySelectorAll("#layers > li:has(> label input:checked)")) {
    y += 6;
    context.fillStyle = ink;
    const sign = row.querySelector("label .dot");
    if (sign) context.drawImage(sign, x + 6, y - 7, 14, 14);
    put(context, row.querySelector(".layer-name").textContent, sign ? x + 28 : x, y + 4, LEGEND_W - (sign ? 52 : 24));
    y += LINE_H;
    for (const kind of row.querySelectorAll("ul li:has(input:checked)")) {
      context.drawImage(kind.querySelector("canvas"), x + 6, y - 7, 14, 14);
      context.fillStyle = quiet;
      put(context, kind.textContent, x + 28, y + 4, LEGEND_W - 60);
      y += LINE_H - 3;
    }
  }
  return y;
}

/** Tell whose tour has which colour, in two columns while there is room. */
function drawTours(context, x, top, ink, most) {
  if (byId("plan").hidden) return;
  let y = top + 6;
  context.fillStyle = ink;
  put(context, t("plan.title"), x, y + 4, LEGEND_W - 24);
  y += LINE_H;
  const half = (LEGEND_W - 24) / 2;
  [...byId("plan-list").querySelectorAll(":scope > li > button")].forEach((button, at) => {
    const [left, line] = [x + (at % 2) * half, y + Math.floor(at / 2) * (LINE_H - 3)];
    if (line > most) return;
    context.fillStyle = getComputedStyle(button.querySelector("i")).backgroundColor;
    context.fillRect(left + 6, line - 5, 10, 10);
    context.fillStyle = ink;
    put(context, button.dataset.unit, left + 22, line + 4, half - 26);
  });
}

function drawScale(context, map, x, y, ink) {
  const box = map.getContainer().querySelector(".leaflet-control-scale-line");
  const width = Number.parseFloat(box.style.width);
  context.strokeStyle = ink;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x, y - 8);
  context.lineTo(x, y);
  context.lineTo(x + width, y);
  context.lineTo(x + width, y - 8);
  context.stroke();
  context.fillStyle = ink;
  context.fillText(box.textContent, x + width + 8, y);
  // North is up: the map cannot be turned.
  context.beginPath();
  context.moveTo(x + width + 84, y - 22);
  context.lineTo(x + width + 92, y + 2);
  context.lineTo(x + width + 84, y - 4);
  context.lineTo(x + width + 76, y + 2);
  context.closePath();
  context.fill();
  context.fillText("N", x + width + 97, y);
}

/** Return a canvas with the map, its title, legend, scale, north and source; `words` are those texts. */
export function pictureOf(map, words) {
  const size = map.getSize();
  const ratio = Math.min(2, devicePixelRatio || 1);
  const [width, height] = [size.x + LEGEND_W, size.y + HEAD_H + FOOT_H];
  const canvas = document.createElement("canvas");
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  const style = getComputedStyle(document.documentElement);
  const [paper, ink, quiet] = ["--surface", "--ink", "--ink-quiet"].map((name) => style.getPropertyValue(name));
  const font = getComputedStyle(document.body).fontFamily;
  context.fillStyle = paper;
  context.fillRect(0, 0, width, height);
  context.save();
  context.translate(0, HEAD_H);
  context.beginPath();
  context.rect(0, 0, size.x, size.y);
  context.clip();
  drawMap(context, map, words.ground);
  context.restore();
  context.textBaseline = "alphabetic";
  context.fillStyle = ink;
  context.font = `650 20px ${font}`;
  put(context, words.title, 16, 27, width - 32);
  context.font = `13px ${font}`;
  context.fillStyle = quiet;
  put(context, words.subtitle, 16, 49, width - 32);
  const end = drawLegend(context, size.x + 14, HEAD_H + 22, ink, quiet, { ...words, font });
  drawTours(context, size.x + 14, end, ink, height - FOOT_H - 60);
  context.font = `13px ${font}`;
  drawScale(context, map, size.x + 14, height - FOOT_H - 14, ink);
  context.fillStyle = quiet;
  context.font = `12px ${font}`;
  put(context, words.source, 16, height - 12, width - 32);
  return canvas;
}
