/** The list of layers: order by mouse, finger or keyboard, what is on, how opaque, and which kinds. */

import { byId, el } from "./dom.js";
import { number } from "./format.js";
import { symbol } from "./feature-canvas.js";
import { kindWords } from "./feature-style.js";
import { t } from "./i18n.js";
import { moved } from "./layer-state.js";

const MOST_KINDS = 12; // more are folded

/**
 * Build the list. `order()` gives the ids from the top down; `isOn`, `count`, `notes`, `kinds` and
 * `opacity` tell of one layer; `act` has what a person does: toggle, arrange, fade, show.
 */
export function createLayerList({ order, isOn, fixed, count, notes, kinds, opacity, act }) {
  const open = new Set(); // layers whose settings are shown
  let dragged = null;

  function draw() {
    if (dragged) return;
    const focused = document.activeElement?.id;
    byId("layers").replaceChildren(...order().map(row));
    if (focused?.startsWith("layer-")) byId(focused)?.focus();
  }

  const name = (id) => (id === "measure" ? t("layers.measure") : t(`layer.${id}`));

  function row(id) {
    const line = el("li", { "data-layer-row": id }, handle(id));
    if (id === fixed) {
      line.append(el("span", { class: "fixed" }, name(id)));
      return line;
    }
    const box = el("input", { type: "checkbox", id: `layer-${id}`, change: () => act.toggle(id, box.checked) });
    box.checked = isOn(id);
    const many = count(id);
    line.append(el("label", { for: `layer-${id}` }, box, onlySign(id, box.checked), el("span", { class: "layer-name" }, name(id)),
      el("span", { class: "count" }, many === undefined || many === null ? "" : number(many))));
    if (!box.checked) return line;
    line.append(settingsButton(id));
    if (open.has(id)) line.append(settings(id));
    line.append(...notes(id, open.has(id)).map((said) => el("small", { class: "hint quiet" }, said)), ...kindList(id));
    return line;
  }

  function handle(id) {
    return el("button", {
      type: "button", class: "handle", id: `layer-move-${id}`, title: t("layers.drag"),
      "aria-label": t("layers.move", { layer: name(id) }),
      keydown: (event) => {
        const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
        if (!step) return;
        event.preventDefault();
        move(id, step);
      },
      pointerdown: (event) => {
        event.preventDefault();
        event.target.focus();
        event.target.setPointerCapture(event.pointerId);
        dragged = id;
        event.target.closest("li").classList.add("dragged");
      },
      pointermove: (event) => { if (dragged === id) carry(id, event.clientY); },
      pointerup: () => drop(id),
      pointercancel: () => { dragged = null; draw(); },
    }, "⠿");
  }

  function move(id, step) {
    const now = order();
    act.arrange(moved(now, id, now.indexOf(id) + step));
  }

  /** Show the row where it would go; its neighbours move, as a row that is taken out loses the pointer. */
  function carry(id, y) {
    const mine = byId("layers").querySelector(`[data-layer-row="${id}"]`);
    const middle = (one) => {
      const { top, height } = one.getBoundingClientRect();
      return top + height / 2;
    };
    while (mine.previousElementSibling && y < middle(mine.previousElementSibling)) mine.after(mine.previousElementSibling);
    while (mine.nextElementSibling && y > middle(mine.nextElementSibling)) mine.before(mine.nextElementSibling);
  }

  function drop(id) {
    if (dragged !== id) return;
    dragged = null;
    const wanted = [...byId("layers").children].map((one) => one.dataset.layerRow);
    if (wanted.join() === order().join()) draw(); else act.arrange(wanted);
    byId(`layer-move-${id}`)?.focus();
  }

  function settingsButton(id) {
    return el("button", {
      type: "button", class: "more", id: `layer-more-${id}`, "aria-expanded": String(open.has(id)),
      "aria-label": t("layers.settings", { layer: name(id) }), title: t("layers.settings", { layer: name(id) }),
      click: () => { if (!open.delete(id)) open.add(id); draw(); },
    }, "⋯");
  }

  function settings(id) {
    const bar = el("input", {
      type: "range", min: 10, max: 100, step: 5, id: `layer-fade-${id}`, value: opacity(id),
      input: () => act.fade(id, Number(bar.value)),
    });
    const step = (by, sign, key) => el("button", {
      type: "button", id: `layer-${by < 0 ? "up" : "down"}-${id}`, "aria-label": t(key, { layer: name(id) }), click: () => move(id, by),
    }, sign);
    return el("div", { class: "layer-settings" },
      el("label", { for: `layer-fade-${id}` }, t("measure.opacity")), bar,
      step(-1, "↑", "layers.up"), step(1, "↓", "layers.down"));
  }

  /** Return the sign of a layer that is on and has one kind of places only; others list theirs below. */
  function onlySign(id, on) {
    const found = on ? kinds(id) : [];
    return found.length === 1 ? dot(found[0].look) : null;
  }

  function kindList(id) {
    const found = kinds(id);
    if (found.length < 2) return [];
    const list = el("ul", {}, ...found.map(({ kind, look, shown }, at) => {
      const box = el("input", {
        type: "checkbox", id: `layer-kind-${id}-${at}`, "aria-description": t("legend.hide"),
        change: () => act.show(id, kind, box.checked),
      });
      box.checked = shown;
      return el("li", { "data-kind": kind }, el("label", {}, box, dot(look), el("span", { class: "words" }, kindWords(id, kind))));
    }));
    if (found.length <= MOST_KINDS) return [list];
    return [el("details", { class: "hint" }, el("summary", {}, t("layers.kinds", { n: number(found.length) })), list)];
  }

  return { draw };
}

function dot(look) {
  const box = el("canvas", { class: "dot", width: 28, height: 28, "aria-hidden": "true" });
  const context = box.getContext("2d");
  if (!look.shape) {
    context.strokeStyle = look.color;
    context.lineWidth = Math.max(2.5, look.width * 1.4);
    context.beginPath();
    context.moveTo(0, 14);
    context.lineTo(28, 14);
    context.stroke();
    return box;
  }
  context.scale(2, 2);
  context.translate(7, 7);
  symbol(context, { ...look, radius: Math.min(4.6, look.radius) });
  return box;
}
