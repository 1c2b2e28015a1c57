// How a component stands on the page. Streamlit calls its function for every change of what it is given, and what a call
// returned when the component goes. It also does so at once when a call came late, because its script was still on the way
// when the next change was there: then the part must live on, so only what the newest call returned ends it.
//   create(parent, data)   makes the part in `parent`: {root, update(data, setStateValue)?, destroy()?}

export function mounting(create) {
  const parts = new WeakMap();
  return ({ data, parentElement, setStateValue }) => {
    let part = parts.get(parentElement);
    if (!part) parts.set(parentElement, (part = { calls: 0, ...create(parentElement, data) }));
    const call = (part.calls += 1);
    part.update?.(data, setStateValue);
    return () => {
      if (call !== part.calls) return;
      part.destroy?.();
      part.root.remove();
      parts.delete(parentElement);
    };
  };
}
