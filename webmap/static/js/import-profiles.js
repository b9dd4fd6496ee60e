/** What is known of each source: chosen into the form, kept from it, forgotten. */

import { getJson, send } from "./api.js";
import { byId, el } from "./dom.js";
import { t } from "./i18n.js";
import { complain, tell } from "./notices.js";

let known = {};

function list(chosen = "") {
  byId("profile").replaceChildren(
    el("option", { value: "" }, t("import.profile_none")),
    ...Object.keys(known).map((name) => el("option", { value: name }, name)));
  byId("profile").value = chosen;
  byId("profile-forget").disabled = !chosen;
}

async function change(work, words, chosen) {
  try {
    known = (await work()).profiles;
    list(chosen);
    tell(words);
  } catch (error) {
    complain(error);
  }
}

/** `declared` names the fields of the form; `columns` returns those written by hand; `use` sets them. */
export async function watchProfiles({ declared, columns, use }) {
  known = (await getJson("api/imports/profiles")).profiles;
  list();
  byId("profile").addEventListener("change", () => {
    const name = byId("profile").value;
    byId("profile-forget").disabled = !name;
    byId("profile-name").value = name;
    if (!name) return;
    for (const field of declared) byId(field).value = known[name][field] ?? "";
    use(known[name].map);
  });
  byId("profile-keep").addEventListener("click", () => {
    const name = byId("profile-name").value.trim();
    if (!name) {
      byId("profile-name").focus();
      return;
    }
    const said = Object.fromEntries(declared.map((field) => [field, byId(field).value.trim()]).filter(([, text]) => text));
    change(
      () => send(`api/imports/profiles/${encodeURIComponent(name)}`, { ...said, columns: columns() }, "PUT"),
      t("import.profile_kept", { name }), name);
  });
  byId("profile-forget").addEventListener("click", () => {
    const name = byId("profile").value;
    change(
      () => send(`api/imports/profiles/${encodeURIComponent(name)}`, undefined, "DELETE"),
      t("import.profile_forgotten", { name }), "");
  });
}
