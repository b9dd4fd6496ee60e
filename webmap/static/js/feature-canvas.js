/**
 * A canvas for many features: points as prepared pictures, lines and areas in one stroke per kind.
 *
 * Positions are projected once, to the world of 256 pixels at zoom 0; a redraw only scales them.
 * Tens of thousands of points take a few milliseconds.
 */

import { MapCanvas } from "./map-canvas.js";

const { L } = globalThis;
const ROOM = 0.15; // of the map's size, drawn beyond each edge so that a small pan shows no gap
const REACH_PX = 9; // how near the pointer must be
const SMALL_PX = 2.6;
const HATCH_PX = 8;
const MANY = 1000;

const worldX = (lng) => ((lng + 180) / 360) * 256;
function worldY(lat) {
  const sine = Math.sin((lat * Math.PI) / 180);
  return (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * 256;
}

function linesOf({ type, coordinates }) {
  switch (type) {
    case "Point": return [[coordinates]];
    case "MultiPoint": return coordinates.map((point) => [point]);
    case "LineString": return [coordinates];
    case "MultiLineString": case "Polygon": return coordinates;
    case "MultiPolygon": return coordinates.flat();
    default: return [];
  }
}

function prepared(feature, kindOf) {
  const lines = linesOf(feature.geometry).map((line) => {
    const flat = new Float64Array(line.length * 2);
    line.forEach(([lng, lat], i) => { flat[2 * i] = worldX(lng); flat[2 * i + 1] = worldY(lat); });
    return flat;
  });
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const flat of lines) {
    for (let i = 0; i < flat.length; i += 2) {
      box[0] = Math.min(box[0], flat[i]); box[1] = Math.min(box[1], flat[i + 1]);
      box[2] = Math.max(box[2], flat[i]); box[3] = Math.max(box[3], flat[i + 1]);
    }
  }
  return { feature, lines, box, kind: kindOf(feature), point: feature.geometry.type === "Point" };
}

export const FeatureCanvas = MapCanvas.extend({
  _room: ROOM,

  /** `style` is {kindOf(feature), looks(theme, zoom) -> {kind: look}}; see feature-style.js. */
  initialize(style, { pane = "points", theme = "light" } = {}) {
    this._style = style;
    this._theme = theme;
    this._shapes = [];
    this._drawn = [];
    this._views = new Map(); // camera id -> outlines of what it sees
    this._hidden = new Set();
    L.setOptions(this, { pane });
  },

  setFeatures(features) {
    this._shapes = features.map((feature) => prepared(feature, this._style.kindOf));
    return this._redraw();
  },

  /** Take what cameras see: features with the ids of cameras; none where they are too small. */
  setViews(features) {
    this._views = new Map(features.map((feature) => [feature.id, prepared(feature, this._style.kindOf).lines]));
    return this._redraw();
  },

  /** Leave out these kinds; they are not found under the pointer either. */
  setHidden(kinds) {
    this._hidden = kinds;
    return this._redraw();
  },

  /** Return the point feature under a place on the map's container, or null. */
  hit({ x, y }) {
    let best = null;
    let nearest = REACH_PX ** 2;
    for (const { feature, px, py } of this._drawn) {
      const distance = (px - x) ** 2 + (py - y) ** 2;
      if (distance <= nearest) { nearest = distance; best = feature; }
    }
    return best;
  },

  _draw(context, { corner, pad, ratio, width, height }) {
    const map = this._map;
    const zoom = map.getZoom();
    const scale = 2 ** zoom;
    const origin = map.getPixelOrigin().add(corner);
    const frame = {
      context, zoom, scale, ratio, pad, x: origin.x, y: origin.y,
      box: [origin.x / scale, origin.y / scale, (origin.x + width) / scale, (origin.y + height) / scale],
      looks: this._style.looks(this._theme, zoom),
      views: this._views,
    };
    const seen = this._shapes.filter(({ box, kind }) => frame.looks[kind] && !this._hidden.has(kind)
      && box[0] <= frame.box[2] && box[2] >= frame.box[0]
      && box[1] <= frame.box[3] && box[3] >= frame.box[1]);
    drawLines(frame, seen.filter(({ point }) => !point));
    return drawPoints(frame, seen.filter(({ point }) => point));
  },
});

function drawLines({ context, scale, x, y, looks }, shapes) {
  for (const [kind, look] of Object.entries(looks)) {
    const path = new Path2D();
    let any = false;
    for (const shape of shapes) {
      if (shape.kind !== kind) continue;
      any = true;
      for (const flat of shape.lines) {
        path.moveTo(flat[0] * scale - x, flat[1] * scale - y);
        for (let i = 2; i < flat.length; i += 2) path.lineTo(flat[i] * scale - x, flat[i + 1] * scale - y);
      }
    }
    if (!any) continue;
    context.lineJoin = "round";
    context.setLineDash(look.dash ?? []);
    if (look.hatch) { context.fillStyle = hatching(context, look.hatch); context.fill(path, "evenodd"); }
    if (look.fill) { context.fillStyle = look.fill; context.fill(path, "evenodd"); }
    context.globalAlpha = look.alpha ?? 1;
    context.strokeStyle = look.color;
    context.lineWidth = look.width ?? 1.5;
    context.stroke(path);
    context.globalAlpha = 1;
  }
  context.setLineDash([]);
}

/** Return a pattern of slanting lines. */
function hatching(context, color) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = HATCH_PX;
  const lines = tile.getContext("2d");
  lines.strokeStyle = color;
  lines.lineWidth = 1.6;
  for (const shift of [-HATCH_PX, 0, HATCH_PX]) {
    lines.moveTo(shift, HATCH_PX);
    lines.lineTo(shift + HATCH_PX, 0);
  }
  lines.stroke();
  return context.createPattern(tile, "repeat");
}

function drawPoints(frame, shapes) {
  const { context, scale, x, y, pad, ratio, looks } = frame;
  if (frame.views.size) shapes.forEach((shape) => drawView(frame, shape));
  const drawn = [];
  for (const [kind, look] of Object.entries(looks)) {
    if (!look.shape) continue;
    // Pictures cost ten times as much as plain squares, and so small nobody sees the shape.
    const small = look.radius < SMALL_PX && shapes.length > MANY;
    const side = small ? 2 * look.radius : 0;
    const made = small ? null : picture(look, ratio);
    context.fillStyle = look.color;
    for (const shape of shapes) {
      if (shape.kind !== kind) continue;
      const [px, py] = [shape.lines[0][0] * scale - x, shape.lines[0][1] * scale - y];
      if (small) context.fillRect(px - look.radius, py - look.radius, side, side);
      else context.drawImage(made.canvas, px - made.half, py - made.half, 2 * made.half, 2 * made.half);
      drawn.push({ feature: shape.feature, px: px - pad.x, py: py - pad.y });
    }
  }
  return drawn;
}

/** Draw what a camera sees; a camera of which that is not known has nothing to draw. */
function drawView({ context, scale, x, y, looks, views }, { feature, kind }) {
  const look = looks[kind];
  const outlines = look.view && views.get(feature.id);
  if (!outlines) return;
  context.beginPath();
  for (const flat of outlines) {
    context.moveTo(flat[0] * scale - x, flat[1] * scale - y);
    for (let i = 2; i < flat.length; i += 2) context.lineTo(flat[i] * scale - x, flat[i + 1] * scale - y);
  }
  context.fillStyle = look.view;
  context.fill("evenodd");
  context.strokeStyle = look.color;
  context.lineWidth = 1;
  context.stroke();
}

/** Draw one symbol around (0, 0). */
export function symbol(context, { shape, radius, color, line, hollow }) {
  context.beginPath();
  if (shape === "square") context.rect(-radius, -radius, 2 * radius, 2 * radius);
  else if (shape === "triangle") {
    context.moveTo(0, -1.25 * radius);
    context.lineTo(1.15 * radius, 0.85 * radius);
    context.lineTo(-1.15 * radius, 0.85 * radius);
  } else if (shape === "diamond") {
    context.moveTo(0, -1.3 * radius); context.lineTo(1.3 * radius, 0);
    context.lineTo(0, 1.3 * radius); context.lineTo(-1.3 * radius, 0);
  } else context.arc(0, 0, radius, 0, 2 * Math.PI);
  context.closePath();
  context.lineWidth = hollow ? 1.6 : Math.min(1.2, radius / 2);
  context.fillStyle = hollow ? line : color;
  context.strokeStyle = hollow ? color : line;
  context.fill();
  context.stroke();
}

function picture(look, ratio) {
  const half = Math.ceil(look.radius * 1.4 + 2);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 2 * half * ratio;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  context.translate(half, half);
  context.globalAlpha = look.alpha ?? 1;
  symbol(context, look);
  return { canvas, half };
}
