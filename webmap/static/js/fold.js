/** Sections of the panel fold; which are open is remembered in this browser. */

const KEPT = "geogrid.sections";

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {}; // storage is forbidden, or holds something else
  }
}

/** Wire the headings; `asked` are the ids that the address needs open. */
export function createFolds(asked = []) {
  const buttons = [...document.querySelectorAll(".panel-body button.fold")];
  const bodyOf = (button) => document.getElementById(button.getAttribute("aria-controls"));
  const idOf = (button) => button.closest("section").dataset.fold;
  const isOpen = (button) => button.getAttribute("aria-expanded") === "true";

  function turn(button, open) {
    button.setAttribute("aria-expanded", String(open));
    bodyOf(button).hidden = !open;
  }

  function keep() {
    const now = Object.fromEntries(buttons.map((button) => [idOf(button), isOpen(button)]));
    try {
      localStorage.setItem(KEPT, JSON.stringify(now));
    } catch (error) {
      console.info("sections are not remembered:", error.name);
    }
  }

  const before = kept();
  for (const button of buttons) {
    const id = idOf(button);
    if (asked.includes(id)) turn(button, true);
    else if (typeof before[id] === "boolean") turn(button, before[id]);
    button.addEventListener("click", () => { turn(button, !isOpen(button)); keep(); });
  }

  return {
    open(id) {
      const button = buttons.find((one) => idOf(one) === id);
      if (button) turn(button, true);
    },
    /** Fold all, or open all where all are folded. */
    toggleAll() {
      const open = !buttons.some(isOpen);
      buttons.forEach((button) => turn(button, open));
      keep();
    },
  };
}
