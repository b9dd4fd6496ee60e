/** A bar over the map: left of it one window, right of it the other. */

import { afterPause, byId } from "./dom.js";

const { L } = globalThis;
const STEP = 2; // per cent of the map's width, for the arrow keys

/**
 * Return the bar; the first pane is shown left of it, the second right. `at` is where it begins, in
 * per cent of the map, or nothing; `keep` is told where a hand has left it.
 */
export function createSwipe(map, [first, second], { at, keep }) {
  const bar = byId("swipe");
  const handle = byId("swipe-handle");
  let placed = Number(at) >= 2 && Number(at) <= 98;
  let share = placed ? Number(at) / 100 : 0.5;
  let shown = false;

  const keepSoon = afterPause(150, () => keep(String(Number((100 * share).toFixed(1)))));

  function clip(pane, from, to) {
    const [a, b] = [from, to].map((corner) => map.containerPointToLayerPoint(corner));
    map.getPane(pane).style.clipPath =
      `polygon(${a.x}px ${a.y}px, ${b.x}px ${a.y}px, ${b.x}px ${b.y}px, ${a.x}px ${b.y}px)`;
  }

  function cut() {
    if (!shown) return;
    const size = map.getSize();
    const x = size.x * share;
    clip(first, [0, 0], [x, size.y]);
    clip(second, [x, 0], [size.x, size.y]);
    bar.style.left = `${x}px`;
    handle.setAttribute("aria-valuenow", String(Math.round(share * 100)));
  }

  function to(x) {
    share = Math.min(0.98, Math.max(0.02, x / map.getSize().x));
    placed = true;
    cut();
    keepSoon();
  }

  handle.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    handle.setPointerCapture(event.pointerId);
    handle.focus();
    map.dragging.disable();
  });
  handle.addEventListener("pointermove", (event) => {
    const { left, width } = map.getContainer().getBoundingClientRect(); // a sheet of paper may be drawn smaller
    if (handle.hasPointerCapture(event.pointerId)) to((event.clientX - left) * (map.getSize().x / width));
  });
  handle.addEventListener("pointerup", () => map.dragging.enable());
  handle.addEventListener("pointercancel", () => map.dragging.enable());
  handle.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -STEP, ArrowRight: STEP, Home: -100, End: 100 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    to((share + step / 100) * map.getSize().x);
  });
  L.DomEvent.disableClickPropagation(bar);
  map.on("move zoom zoomend viewreset resize", cut);

  return {
    show(wanted, names = ["", ""]) {
      shown = wanted;
      bar.hidden = !wanted;
      [byId("swipe-first").textContent, byId("swipe-second").textContent] = names;
      for (const pane of [first, second]) map.getPane(pane).style.clipPath = "";
      if (wanted) {
        // The bar begins in the middle of what no panel hides.
        const panel = byId("panel").getBoundingClientRect();
        const beside = ["desk", "cell"].map((id) => byId(id).getBoundingClientRect()).find(({ width }) => width > 0);
        const wide = map.getSize().x;
        if (!placed && panel.width < wide / 2) share = (panel.right + (beside?.left ?? wide)) / 2 / wide;
        cut();
      }
    },
  };
}
