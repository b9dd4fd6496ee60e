/*
 * The one-file map: draws what the page carries and answers the pointer. Needs Leaflet,
 * lattice.js, lattice_paint.js, lattice_layer.js, snapshot_data.js, snapshot_format.js and
 * snapshot_parts.js.
 *
 *   geogridSnapshot.start(map, prefix)   map: an L.Map; data stands in #<prefix>-manifest (JSON)
 *                                        and #<prefix>-blob-<name>
 *
 * Texts reach the page as text nodes only, never as HTML.
 */
(function (root) {
  "use strict";

  const { L, geogridLattice: lattices, geogridData: data, geogridFormat: format } = root;
  const MAX_ZOOM = 17;
  const SPILL = 0.12; // of a zoom level: 8 % of the width
  const MANY_NAMES = 40; // districts; more have their names only when zoomed in
  const { el, colourOf, ink, namesOf, shapesOf, dark, theme } = root.geogridParts;

  class Snapshot {
    constructor(map, prefix) {
      this.map = map;
      this.prefix = prefix;
      this.manifest = JSON.parse(document.getElementById(`${prefix}-manifest`).textContent);
      this.language = this.manifest.language;
      this.columns = new Map();
      this.overlays = new Map();
      this.shown = new Set(this.manifest.features.filter((f) => f.shown).map((f) => f.id));
      this.active = this.manifest.columns[0].id;
      this.place = null;
    }

    get context() {
      const { timeZone, words } = this.manifest;
      const t = (text) => (this.language === "zh" && words[text]) || text;
      return { language: this.language, timeZone, t };
    }

    blob(name) {
      return document.getElementById(`${this.prefix}-blob-${name}`).textContent;
    }

    async column(meta, name) {
      const bytes = await data.bytes(this.blob(name));
      return lattices.decodeColumn(data.unshuffled(bytes, Number(meta.dtype[1])), meta);
    }

    async start() {
      const { manifest, map } = this;
      const [mesh, outlines] = await Promise.all(
        ["mesh", "outlines"].map((name) => data.json(this.blob(name))));
      this.lattice = lattices.openMesh(mesh);
      this.outlines = outlines;
      const first = manifest.columns[0];
      this.columns.set(first.id, await this.column(first, first.id));
      this.frame();
      map.setMaxZoom(MAX_ZOOM);
      map.attributionControl.setPrefix("Leaflet");
      L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
      this.borders = L.polyline(outlines.parts.flat().map(data.positions), {
        weight: 1.2, interactive: false, renderer: L.canvas({ pane: "overlayPane" }),
      });
      this.fit(this.borders.getBounds());
      this.layer = new L.LatticeLayer(this.lattice,
        { column: this.columns.get(first.id), theme: theme() }).addTo(map);
      this.borders.addTo(map);
      this.names();
      this.recolour();
      this.listen();
      await this.rest();
    }

    /** Show an area at the nearest whole zoom; a few percent of it may stick out. */
    fit(bounds) {
      const { map } = this;
      map.options.zoomSnap = 0;
      const zoom = Math.floor(map.getBoundsZoom(bounds) + SPILL);
      map.options.zoomSnap = 1;
      map.setView(bounds.getCenter(), zoom, { animate: false });
    }

    /** Decode what is not on the map yet, so that hovering can name all values. */
    async rest() {
      const { manifest } = this;
      this.districts = await this.column(manifest.district, "district");
      for (const meta of manifest.columns.slice(1)) {
        this.columns.set(meta.id, await this.column(meta, meta.id));
      }
      for (const id of this.shown) await this.overlay(id);
      this.write();
      document.documentElement.dataset.ready = "true";
    }

    // ---------------------------------------------------------------- the page

    frame() {
      const container = this.map.getContainer();
      this.main = el("main", { className: "gg-main" });
      container.replaceWith(this.main);
      this.tip = el("div", { className: "gg-tip", hidden: true });
      this.legend = el("details", { className: "gg-legend", open: root.innerWidth > 720 });
      this.main.append(container, this.legend, this.tip);
      this.panel = el("aside", { className: "gg-panel" });
      document.body.append(this.panel);
      L.DomEvent.disableScrollPropagation(this.legend);
      this.map.invalidateSize({ animate: false });
      this.write();
    }

    /** Write the panel and the legend anew, in the language of the moment. */
    write() {
      const { t } = this.context;
      document.documentElement.lang = this.language === "zh" ? "zh-CN" : "en";
      this.map.getContainer().setAttribute("role", "region");
      this.map.getContainer().setAttribute("aria-label", t("Map"));
      this.panel.setAttribute("aria-label", t("Layers and values"));
      this.readout = el("section", { className: "gg-cell" });
      this.readout.setAttribute("aria-live", "polite");
      this.panel.replaceChildren(this.head(), this.readout, this.switches(), this.foot());
      this.writeLegend();
      this.writeCell();
    }

    head() {
      const { manifest } = this;
      const { t } = this.context;
      const other = this.language === "zh" ? "en" : "zh";
      const button = el("button", { type: "button", lang: other },
        other === "zh" ? "中文" : "English");
      button.addEventListener("click", () => {
        this.language = other;
        this.write();
        this.panel.querySelector("button").focus();
      });
      const asOf = manifest.dataAsOf && `${t("Data as of")} ${format.moment(
        Date.parse(manifest.dataAsOf) / 1000, this.context)} (${manifest.timeZone})`;
      return el("header", {},
        el("div", { className: "gg-head" }, el("h1", {}, manifest.title), button),
        el("p", { className: "gg-notes" },
          manifest.synthetic
            ? el("span", { className: "gg-synthetic" }, t("Synthetic data")) : null,
          asOf ? el("span", {}, asOf) : null,
          this.window() ? el("span", {}, this.window()) : null));
    }

    /** Return the days and hours that the map is about, where they were limited. */
    window() {
      const { from, to, hours, weekdays } = this.manifest.layers[0].provenance.parameters.window
        || {};
      const days = from || to ? `${from || "\u2026"} \u2013 ${to || "\u2026"}` : "";
      return [days, hours, weekdays].filter(Boolean).join(", ");
    }

    switches() {
      const { t } = this.context;
      const groups = new Map();
      for (const meta of this.manifest.columns) {
        const label = el("label", {}, this.choice(meta), t(meta.title));
        label.title = t(meta.meaning);
        if (!groups.has(meta.layer)) {
          groups.set(meta.layer, el("fieldset", {}, el("legend", {}, t(meta.layerTitle))));
        }
        groups.get(meta.layer).append(label);
      }
      const registers = el("fieldset", {}, el("legend", {}, t("Registers")));
      for (const { id, title, count } of this.manifest.features) {
        const box = el("input", { type: "checkbox", name: id, checked: this.shown.has(id) });
        box.addEventListener("change", () => this.overlay(id, box.checked));
        const dot = el("span", { className: "gg-dot" });
        [dot.style.backgroundColor] = [ink(id)];
        registers.append(el("label", {}, box, dot,
          `${t(title)} (${format.number(count, 0, this.context)})`));
      }
      return el("section", {}, el("h2", {}, t("Layers")), ...groups.values(),
        this.manifest.features.length ? registers : null);
    }

    choice(meta) {
      const radio = el("input", {
        type: "radio", name: `${this.prefix}-column`, value: meta.id,
        checked: meta.id === this.active, disabled: !this.columns.has(meta.id),
      });
      radio.addEventListener("change", () => {
        this.active = meta.id;
        this.layer.setColumn(this.columns.get(meta.id));
        this.writeLegend();
        this.writeCell();
      });
      return radio;
    }

    writeLegend() {
      const { t } = this.context;
      const column = this.columns.get(this.active);
      const { legend } = column.meta;
      const classes = lattices.classify(column, legend);
      const counts = lattices.classCounts(classes, legend.classes.length);
      const hidden = new Set();
      const entries = [...legend.classes.map((entry, index) => [entry, index]),
        [legend.null, lattices.NULL_CLASS]];
      const rows = entries.map(([entry, index], at) => {
        if (counts[at] === 0) return null;
        const box = el("input", { type: "checkbox", checked: true });
        box.addEventListener("change", () => {
          if (box.checked) hidden.delete(index);
          else hidden.add(index);
          this.layer.setHidden(hidden);
        });
        return el("li", {}, el("label", {}, box, colourOf(entry, el("span", { className: "gg-swatch" })),
          el("span", {}, format.range(column.meta, entry, this.context)),
          el("span", { className: "gg-count" }, format.number(counts[at], 0, this.context))));
      });
      this.legend.replaceChildren(
        el("summary", {}, `${t(column.meta.title)} \u00b7 ${t("cells")}`),
        el("ul", {}, ...rows));
    }

    foot() {
      const { manifest } = this;
      const { t } = this.context;
      const line = (label, text) => (text ? el("p", {}, `${t(label)}: ${text}`) : null);
      return el("footer", { className: "gg-foot" },
        line("Sources", manifest.sources.join("; ")),
        line("Not in this file, for its size", manifest.leftOut.map(t).join(", ")),
        line("Made with", `geogrid ${manifest.layers[0].provenance.version}, Leaflet ${L.version}`));
    }

    // ---------------------------------------------------------------- the map

    names() {
      const { ids } = this.outlines;
      const group = namesOf(this.outlines);
      const from = ids.length > MANY_NAMES ? this.map.getZoom() + 2 : 0;
      const show = () => (this.map.getZoom() >= from ? group.addTo(this.map) : group.remove());
      this.map.on("zoomend", show);
      show();
    }

    /** Show or hide a register; it is unpacked when it is first shown. */
    async overlay(id, on = true) {
      if (on) this.shown.add(id);
      else this.shown.delete(id);
      if (!this.overlays.has(id)) this.overlays.set(id, this.features(id));
      const group = await this.overlays.get(id);
      if (this.shown.has(id)) group.addTo(this.map);
      else group.remove();
    }

    async features(id) {
      const { title } = this.manifest.features.find((feature) => feature.id === id);
      const arrays = await data.json(this.blob(id));
      this.renderer = this.renderer || L.canvas({ padding: 0.3 });
      const shapes = shapesOf(id, arrays, this.renderer);
      shapes.forEach((shape, i) => {
        const rows = arrays.columns.map((column) => [column.title, column.values[i]]);
        shape.on("mouseover click", () => this.writeFeature(title, arrays.ids[i], rows));
        shape.on("mouseout", () => this.writeFeature(null));
      });
      return L.layerGroup(shapes);
    }

    recolour() {
      const ink = getComputedStyle(document.documentElement).getPropertyValue("--border").trim();
      this.borders.setStyle({ color: ink });
      this.layer.setTheme(theme());
    }

    listen() {
      const { map } = this;
      let waiting = null;
      const look = (event) => {
        if (waiting === null) {
          requestAnimationFrame(() => {
            if (waiting) this.look(waiting);
            waiting = null;
          });
        }
        waiting = event;
      };
      map.on("mousemove click", look);
      map.getContainer().addEventListener("mouseleave", () => {
        waiting = null;
        this.tip.hidden = true;
      });
      map.on("moveend", () => {
        // From the keyboard, the middle of the map is the pointer.
        if (document.activeElement === map.getContainer()) this.look({ latlng: map.getCenter() });
      });
      dark.addEventListener("change", () => {
        this.recolour();
        this.overlays.clear();
        this.map.eachLayer((layer) => layer instanceof L.LayerGroup && layer.remove());
        this.names();
        for (const id of this.shown) this.overlay(id);
        this.write();
      });
    }

    look({ latlng, containerPoint }) {
      this.place = this.layer.valueAt(latlng);
      if (this.outline) this.outline.remove();
      this.tip.hidden = !this.place || !containerPoint;
      if (this.place) {
        const ring = lattices.cellRing(this.lattice, this.place.id);
        this.outline = L.polygon(ring, { color: ink("checkpoints"), weight: 2, fill: false,
          interactive: false }).addTo(this.map);
        if (containerPoint) this.pointAt(containerPoint);
      }
      this.writeCell();
    }

    pointAt({ x, y }) {
      const { meta } = this.columns.get(this.active);
      this.tip.replaceChildren(
        el("span", {}, format.value(meta, this.place.value, this.context)),
        el("span", {}, this.place.code));
      const { width } = this.map.getContainer().getBoundingClientRect();
      const left = x + 16 + this.tip.offsetWidth > width ? x - 12 - this.tip.offsetWidth : x + 16;
      this.tip.style.transform = `translate(${left}px, ${Math.max(4, y - 44)}px)`;
    }

    writeCell() {
      const { t } = this.context;
      if (!this.place) {
        this.readout.replaceChildren(
          el("p", {}, t("Point at or tap a cell, or use the arrow keys, to read its values.")));
        return;
      }
      const { position, code } = this.place;
      const rows = this.manifest.columns.filter(({ id }) => this.columns.has(id)).flatMap((meta) => {
        const column = this.columns.get(meta.id);
        const className = meta.id === this.active ? "gg-active" : "";
        const value = lattices.valueOf(column, position);
        return [el("dt", { className }, t(meta.title)),
          el("dd", { className }, format.value(meta, value, this.context))];
      });
      this.readout.replaceChildren(el("h2", {}, code), el("p", {}, this.districtOf(position)),
        el("dl", {}, ...rows));
      if (this.feature) this.readout.append(this.feature);
    }

    districtOf(position) {
      if (!this.districts) return "";
      const at = this.districts.raw[position];
      return [this.outlines.names[at], this.outlines.ids[at]].filter(Boolean).join(" \u00b7 ");
    }

    writeFeature(title, id, rows) {
      if (this.feature) this.feature.remove();
      this.feature = null;
      if (title === null) return;
      const { t } = this.context;
      const pairs = rows.filter(([, value]) => value !== null && value !== "").flatMap(
        ([name, value]) => [el("dt", {}, t(name)), el("dd", {}, String(value))]);
      this.feature = el("div", { className: "gg-feature" }, el("h2", {}, `${t(title)} ${id}`),
        el("dl", {}, ...pairs));
      this.readout.append(this.feature);
    }
  }

  function start(map, prefix) {
    const snapshot = new Snapshot(map, prefix);
    snapshot.start().catch((error) => {
      const { t } = snapshot.context;
      const text = "DecompressionStream" in root ? String(error)
        : t("This map needs a browser of 2023 or later.");
      document.body.append(el("p", { className: "gg-trouble", role: "alert" }, text));
      throw error;
    });
    return snapshot;
  }

  root.geogridSnapshot = { start };
})(globalThis);
