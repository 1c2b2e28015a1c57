// State that the parts of one lesson share, wherever on the page they are mounted. Each component is a script of its own,
// so the stores hang on the window, under a symbol that only these modules ask for.

const stores = (globalThis[Symbol.for("embviz.stores")] ??= new Map());

export function openStore(name) {
  if (!stores.has(name)) stores.set(name, createStore());
  return stores.get(name);
}

function createStore() {
  const listeners = new Set();
  const store = {
    state: {},
    set(patch) {
      Object.assign(store.state, patch);
      for (const listen of [...listeners]) listen(store.state);
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return store;
}

// Tells Python the state when the hand lets go, never while it moves, and never twice the same in a row. Each telling
// has a time: Streamlit calls back only for what differs from the last, and between two equal ones Python may have moved.
export function committer(send, { after = 600 } = {}) {
  let timer = 0;
  let pending = null;
  let last = "";
  const flush = () => {
    clearTimeout(timer);
    if (pending === null) return;
    const text = JSON.stringify(pending);
    if (text !== last) send({ ...pending, time: Date.now() });
    last = text;
    pending = null;
  };
  return {
    flush,
    later(value) {
      pending = value;
      clearTimeout(timer);
      timer = setTimeout(flush, after);
    },
    now(value) {
      pending = value;
      flush();
    },
    known(value) { // Python says so itself: what it has yet to hear is of the past
      clearTimeout(timer);
      pending = null;
      last = JSON.stringify(value);
    },
    stop: () => clearTimeout(timer),
  };
}
