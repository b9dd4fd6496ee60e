/** The state of the page: one plain object, changed in one place, watched by the parts. */

export function createStore(initial) {
  let state = Object.freeze({ ...initial });
  const watchers = [];
  return {
    get: () => state,
    /** Call `react(state, changed)` after each change; `changed` is a Set of names. */
    watch(react) {
      watchers.push(react);
    },
    set(patch) {
      const changed = new Set(Object.keys(patch).filter((name) => patch[name] !== state[name]));
      if (changed.size === 0) return;
      state = Object.freeze({ ...state, ...patch });
      for (const react of watchers) react(state, changed);
    },
  };
}
