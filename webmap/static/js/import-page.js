/** Bringing files in: choose, declare, look, take; and take the last ones back. */

import { getFeatures, getJson, send, sendFile } from "./api.js";
import { byId, el } from "./dom.js";
import { moment, number } from "./format.js";
import { createPreviewMap } from "./import-map.js";
import { watchProfiles } from "./import-profiles.js";
import { showRefused } from "./import-refused.js";
import { t, useLanguage, word } from "./i18n.js";
import { complain, tell, whileBusy } from "./notices.js";

const DECLARED = ["datum", "tz", "speed_unit", "unit", "credit"];
const waiting = []; // files laid aside on the server: {file, name, bytes}
let fields = new Map();
let timeZone; // the workspace's
let asked = null; // what was looked at last; taking takes exactly that

const size = (bytes) => (bytes < 1e6 ? `${number(Math.max(1, bytes / 1e3))} kB` : `${number(bytes / 1e6, 1)} MB`);
const kindWord = (kind) => word("kind", kind);

function table(header, rows, attributes = {}) {
  return el("div", { class: "scroll", tabindex: "0", role: "region", ...attributes },
    el("table", { class: "plain-table" },
      el("thead", {}, el("tr", {}, ...header.map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map((value) => el("td", {}, String(value))))))));
}

function showFiles() {
  byId("file-list").replaceChildren(...waiting.map((one, at) => el("li", {},
    el("span", {}, one.name), el("span", { class: "quiet small" }, size(one.bytes)),
    el("button", {
      type: "button", class: "tool", "aria-label": t("import.drop_file", { name: one.name }),
      click: () => { waiting.splice(at, 1); forget(); showFiles(); },
    }, "✕"))));
  byId("look").disabled = waiting.length === 0;
}

/** What was seen is of other files or other words: it must be looked at again. */
function forget() {
  asked = null;
  byId("seen").hidden = true;
}

async function layAside(files) {
  for (const file of files) {
    try {
      waiting.push(await whileBusy(t("import.sending", { name: file.name }), () => sendFile(file)));
    } catch (error) {
      complain(error, () => layAside([file]));
    }
  }
  forget();
  showFiles();
}

function watchFiles() {
  const drop = byId("drop");
  byId("files").addEventListener("change", async (event) => {
    const chosen = [...event.target.files];
    event.target.value = "";
    await layAside(chosen);
  });
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => { event.preventDefault(); layAside([...event.dataTransfer.files]); });
}

function showMapping(columns = {}) {
  const of = fields.get(byId("kind").value) ?? [];
  byId("mapping").replaceChildren(...of.map(({ name, required }) => el("div", {},
    el("label", { for: `map-${name}` }, `${name}${required ? " *" : ""}`),
    el("input", {
      id: `map-${name}`, type: "text", "data-field": name, placeholder: columns[name] ?? "", input: forget,
    }))));
}

/** Return what is written beside fields by hand: from field to column. */
function columnsByHand() {
  const columns = {};
  for (const input of byId("mapping").querySelectorAll("input")) {
    if (input.value.trim()) columns[input.dataset.field] = input.value.trim();
  }
  return columns;
}

/** Write columns beside the fields that this kind has. */
function useColumns(columns) {
  showMapping();
  for (const input of byId("mapping").querySelectorAll("input")) input.value = columns[input.dataset.field] ?? "";
  byId("mapping-box").open = Object.keys(columns).length > 0;
  forget();
}

function wish() {
  const columns = columnsByHand();
  const declared = Object.fromEntries(DECLARED.map((name) => [name, byId(name).value.trim()]));
  const files = waiting.map(({ file }) => file);
  return { kind: byId("kind").value, files, columns, ...declared, trust_datum: byId("trust_datum").checked };
}

function seenFile(about) {
  const columns = Object.entries(about.columns);
  return el("div", { class: "seen-file" },
    el("h3", {}, about.file),
    columns.length ? el("p", { class: "small quiet" }, t("import.columns_read"), " ",
      columns.map(([field, column]) => `${field} ← ${column}`).join(" · ")) : null,
    about.rows.length ? table(about.header, about.rows, { "aria-label": t("import.first_rows", { file: about.file }) }) : null,
    about.refusals.length ? el("p", { class: "small" }, t("import.refused", { count: number(about.bad_rows.length) })) : null,
    about.refusals.length ? table(
      [t("import.row"), t("import.field"), t("import.value"), t("import.reason")],
      about.refusals.map(({ row, line, field, value, reason }) =>
        [line ? t("import.row_and_line", { row, line }) : row, field, value, reason]),
      { "aria-label": t("import.refused", { count: number(about.bad_rows.length) }) }) : null);
}

async function look(map) {
  const question = wish();
  const seen = await whileBusy(t("import.looking"), () => send("api/imports/preview", question));
  asked = seen.status === "reject" ? null : question;
  byId("seen").hidden = false;
  const verdict = byId("verdict");
  verdict.className = `verdict ${seen.status}`;
  verdict.textContent = `${t(`import.status.${seen.status}`)}\n${t("import.counts", {
    accepted: number(seen.accepted), refused: number(seen.bad_rows.length), repeated: number(seen.duplicates),
  })}`;
  byId("warnings").replaceChildren(...seen.warnings.map((text) => el("li", {}, text)));
  byId("seen-files").replaceChildren(...seen.files.map(seenFile));
  showMapping(Object.assign({}, ...seen.files.map(({ columns }) => columns)));
  for (const [field, column] of Object.entries(question.columns)) byId(`map-${field}`).value = column;
  byId("take").disabled = asked === null;
  map.show(seen.files.flatMap(({ places }) => places));
  byId("seen-title").focus();
}

async function take() {
  if (!asked) return;
  const done = await whileBusy(t("import.taking"), () => send("api/imports", asked));
  waiting.length = 0;
  forget();
  showFiles();
  tell(t("import.taken", { accepted: number(done.accepted), kind: kindWord(done.kind), number: done.import }));
  await showLog();
}

/** Return how many rows an import refused, as a button that shows them. */
function refusedOf(one) {
  const count = one.bad_rows?.length ?? 0;
  if (!count) return one.bad_rows ? 0 : "";
  return el("button", {
    type: "button", class: "link", "aria-label": t("import.show_refused", { count: number(count), number: one.id }),
    click: () => showRefused(one, correct).catch((error) => complain(error)),
  }, number(count));
}

/** Lay corrected rows aside and look at them as the import they come from was declared. */
async function correct(file, one) {
  waiting.length = 0;
  byId("kind").value = one.kind;
  showMapping();
  const { datum = "", tz = "" } = one.files[0]?.options ?? {};
  byId("datum").value = datum;
  byId("tz").value = tz;
  byId("credit").value = one.credit ?? "";
  await layAside([file]);
  byId("look").focus();
}

async function showLog() {
  const { imports } = await getJson("api/imports");
  const last = imports.length > 1 ? imports.at(-1) : null; // the first one made the workspace
  byId("log-none").hidden = Boolean(last);
  byId("log").replaceChildren(
    el("thead", {}, el("tr", {}, ...["number", "when", "kind", "files_col", "accepted", "refused_col"].map((name) =>
      el("th", { scope: "col" }, t(`import.${name}`))))),
    el("tbody", {}, ...imports.toReversed().map((one) => el("tr", {}, ...[
      one.id, moment(one.at, timeZone), kindWord(one.kind), one.files.map(({ file }) => file).join(", "),
      typeof one.accepted === "number" ? number(one.accepted) : "", refusedOf(one),
    ].map((value) => el("td", {}, value instanceof Node ? value : String(value)))))));
  const undo = byId("undo");
  undo.hidden = !last;
  undo.onclick = () => last && undoLast(last);
}

async function undoLast(last) {
  const dialog = byId("sure");
  byId("sure-text").textContent = t("import.sure", {
    number: last.id, kind: kindWord(last.kind), files: last.files.map(({ file }) => file).join(", "),
  });
  dialog.returnValue = "no";
  dialog.showModal();
  await new Promise((done) => dialog.addEventListener("close", done, { once: true }));
  if (dialog.returnValue !== "yes") return;
  try {
    await whileBusy(t("import.undoing"), () => send(`api/imports/${last.id}`, undefined, "DELETE"));
    tell(t("import.undone", { number: last.id }));
    await showLog();
  } catch (error) {
    complain(error);
  }
}

async function start() {
  await useLanguage(document.documentElement.lang.startsWith("zh") ? "zh" : "en");
  const [{ kinds, time_zone: zone }, { features }] = await Promise.all([getJson("api/imports"), getFeatures("districts")]);
  timeZone = zone;
  fields = new Map(kinds.map(({ kind, fields: of }) => [kind, of]));
  byId("kind").replaceChildren(...kinds.map(({ kind }) => el("option", { value: kind }, kindWord(kind))));
  byId("zones").replaceChildren(...[...new Set([zone, "UTC"])].map((name) => el("option", { value: name })));
  const map = createPreviewMap(byId("preview-map"), features);
  byId("kind").addEventListener("change", () => { showMapping(); forget(); });
  for (const name of [...DECLARED, "trust_datum"]) byId(name).addEventListener("input", forget);
  byId("import-form").addEventListener("submit", (event) => {
    event.preventDefault();
    look(map).catch((error) => complain(error));
  });
  byId("take").addEventListener("click", () => take().catch((error) => complain(error)));
  watchFiles();
  showMapping();
  await watchProfiles({ declared: DECLARED, columns: columnsByHand, use: useColumns });
  await showLog();
  document.body.dataset.ready = "true";
}

start().catch((error) => complain(error, () => location.reload()));
