// Small parts of the page: nodes, buttons, sliders, choices; and where Streamlit keeps files.

// Streamlit's links to media start at its own root, which need not be that of the host.
function absolute(url) {
  const script = document.querySelector('script[src*="static/js/"]');
  return new URL(url.replace(/^\//, ""), new URL("../../", script ? script.src : document.baseURI)).href;
}

function child(parent, tag, className = "", text = "") {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return parent.appendChild(node);
}

// Material symbols (Google, Apache-2.0), paths in a 24 x 24 box.
const ICONS = {
  turn: "M12 4V1L8 5l4 4V6a6 6 0 0 1 5.2 9l1.5 1.5A8 8 0 0 0 12 4zm0 14a6 6 0 0 1-5.2-9L5.3 7.5A8 8 0 0 0 12 20v3l4-4-4-4z",
  reset: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM5 15H3v4a2 2 0 0 0 2 2h4v-2H5zM5 5h4V3H5a2 2 0 0 0-2 2v4h2zm14-2h-4v2h4v4h2V5" +
    "a2 2 0 0 0-2-2zm0 16h-4v2h4a2 2 0 0 0 2-2v-4h-2z",
  full: "M7 14H5v5h5v-2H7zm-2-4h2V7h3V5H5zm12 7h-3v2h5v-5h-2zM14 5v2h3v3h2V5z",
  shot: "M12 15.2a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4zM9 2 7.17 4H4a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h16a2 2 0 0 0 2-2V6a2 2 0 0 0" +
    "-2-2h-3.17L15 2H9zm3 15a5 5 0 1 1 0-10 5 5 0 0 1 0 10z",
  play: "M8 5v14l11-7z",
  pause: "M6 19h4V5H6zm8-14v14h4V5z",
};

function icon(node, name) {
  node.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${ICONS[name]}"/></svg>`;
  return node;
}

function button(parent, label, act, className = "") {
  const node = child(parent, "button", className, label);
  node.type = "button";
  node.addEventListener("click", () => act(node));
  return node;
}

function toggle(parent, label, act, className = "") {
  const node = button(parent, label, () => {
    press(node, node.ariaPressed !== "true");
    act(node.ariaPressed === "true");
  }, className);
  press(node, false);
  return node;
}

const press = (node, on) => { node.setAttribute("aria-pressed", String(on)); };

// A row of which one is chosen: [key, label] pairs.
function choice(parent, label, entries, act, className = "choice") {
  const row = child(parent, "div", className);
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", label);
  const nodes = new Map(entries.map(([key, text]) => [key, button(row, text, () => { row.choose(key); act(key); })]));
  row.choose = (chosen) => nodes.forEach((node, key) => press(node, key === chosen));
  row.nodes = nodes;
  return row;
}

function slider(parent, label, act, value = 0, most = 1) {
  const node = child(parent, "input");
  Object.assign(node, { type: "range", min: 0, max: most, step: most / 100, value });
  node.setAttribute("aria-label", label);
  node.addEventListener("input", () => act(Number(node.value)));
  return node;
}

// A slider under its name.
function dial(parent, label, act, value) {
  const box = child(parent, "label", "dial");
  child(box, "span", "", label);
  return slider(box, label, act, value);
}

function group(parent, title) {
  const node = child(parent, "div", "group");
  child(node, "span", "title", title);
  return child(node, "div", "row");
}

function save(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
