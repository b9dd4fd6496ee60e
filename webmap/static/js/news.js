/** News: somebody brought data in or took an import back while this page was open. */

import { getJson } from "./api.js";
import { t } from "./i18n.js";
import { offer } from "./notices.js";

const EVERY_MS = 60_000;

/**
 * Ask every minute, and when the reader comes back, whether the facts are those the page began
 * with; offer to load the page anew where they are not. The address keeps the view.
 */
export function watchNews() {
  let first = null;
  let timer = 0;

  async function ask() {
    clearTimeout(timer);
    if (!document.hidden) {
      // A server that does not answer is told of where the reader asks it for something.
      const { facts } = await getJson("api/facts").catch(() => ({ facts: first }));
      first ??= facts;
      if (facts !== first) {
        offer(t("news"), t("news.load"), () => location.reload());
        return;
      }
    }
    timer = setTimeout(ask, EVERY_MS);
  }

  document.addEventListener("visibilitychange", ask);
  ask();
}
