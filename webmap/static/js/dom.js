/** Elements are made here. Data becomes text, never markup. */

export const byId = (id) => document.getElementById(id);

/** Return an element; `attributes` are set as such, functions become listeners. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Call `work` once per frame at most, with the last arguments. */
export function perFrame(work) {
  let waiting = null;
  return (...last) => {
    if (waiting === null) {
      requestAnimationFrame(() => {
        const now = waiting;
        waiting = null;
        work(...now);
      });
    }
    waiting = last;
  };
}

/** Call `work` when there was no call for `ms` milliseconds. */
export function afterPause(ms, work) {
  let timer = 0;
  return (...last) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...last), ms);
  };
}
