// One colour a meaning. Marks are the same on both themes; words have a pair.

const MARKS = {
  token: "#04a57a", position: "#ae73fe", sum: "#b78a0b", query: "#047bb6", key: "#f95870", value: "#4b7b3e",
  gradient: "#c93206", sin: "#3291b9", cos: "#697321", highlight: "#b92f8b", muted: "#8f929a",
};
const WORDS = {
  light: {
    token: "#007a57", position: "#8340d6", sum: "#856200", query: "#0070a8", key: "#c9264c", value: "#44733a",
    gradient: "#bf2c00", sin: "#1d7196", cos: "#5e671c", highlight: "#a92a7c", muted: "#5f646e",
  },
  dark: {
    token: "#2fc193", position: "#bb8cff", sum: "#d2a53a", query: "#4cafea", key: "#ff7a8b", value: "#86bb77",
    gradient: "#ff7a52", sin: "#62b8dd", cos: "#aebb5c", highlight: "#ee7bbf", muted: "#a2a7b1",
  },
};

function isDark(colour) {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = colour;
  const value = Number.parseInt(probe.fillStyle.slice(1), 16);
  return 0.299 * (value >> 16) + 0.587 * ((value >> 8) & 255) + 0.114 * (value & 255) < 128;
}

// The colours and fonts in force around `element`; also set on it as CSS variables for the style sheet.
export function readTheme(element) {
  const css = getComputedStyle(element);
  const value = (name, otherwise) => css.getPropertyValue(name).trim() || otherwise;
  const page = value("--st-background-color", "#ffffff");
  const dark = isDark(page);
  const theme = {
    dark,
    page,
    panel: value("--st-secondary-background-color", "#f5f6f8"),
    ink: value("--st-text-color", "#1c2026"),
    line: value("--st-border-color", "#d8dce3"),
    mark: MARKS,
    word: WORDS[dark ? "dark" : "light"],
    sans: value("--st-font", '"Source Sans", sans-serif'),
    serif: '"Source Serif", serif',
  };
  for (const [role, colour] of Object.entries(theme.word)) element.style.setProperty(`--${role}`, colour);
  element.style.colorScheme = dark ? "dark" : "light";
  return theme;
}
