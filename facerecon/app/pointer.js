// A picture to point at (pointer.py). Places are shares of the picture's sides, so that they hold at every size on the
// screen. What the visitor does is shown at once and sent on; the server's answer never moves the visitor's own mark.
const PAUSE = 90; // ms between two messages while somebody drags or holds a key
const PATIENCE = 5000; // ms to wait for the answer to a message before the next is sent all the same
const REACH = 22; // px on the screen from which a handle can be taken
const TILE = 26; // px on the screen above which a cell is a picture of its own
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const share = (value) => Math.min(Math.max(value, 0), 1 - 1e-9);
const percent = (value) => `${value * 100}%`;

// Streamlit's links to media start at its own root, which need not be that of the host.
function absolute(url) {
  const script = document.querySelector('script[src*="static/js/"]');
  return new URL(url.replace(/^\//, ""), new URL("../../", script ? script.src : document.baseURI)).href;
}

function child(parent, tag, className) {
  const node = document.createElement(tag);
  node.className = className;
  return parent.appendChild(node);
}

class Pointer {
  constructor(root) {
    this.pad = child(root, "div", "pad");
    this.image = child(this.pad, "img", "picture");
    this.image.draggable = false;
    this.strokes = this.pad.appendChild(root.querySelector("svg"));
    for (const name of ["outlines", "notes", "ghost", "marker", "handles"]) this[name] = child(this.pad, "div", name);
    this.touched = false; // since the last version
    this.points = [];
    this.moves = new Map(); // handle → where it was moved to, not yet told
    this.told = new Map(); // the same, told and not yet answered
    this.turn = 0; // counts messages
    this.pad.addEventListener("click", (event) => { if (!event.target.dataset.handle) this.pick(event); });
    this.pad.addEventListener("pointerdown", (event) => this.grab(event));
    this.pad.addEventListener("pointermove", (event) => (this.held ? this.drag(event) : this.hover(event)));
    for (const end of ["pointerup", "pointercancel"]) this.pad.addEventListener(end, () => this.release());
    this.pad.addEventListener("pointerleave", () => { this.ghost.hidden = true; });
    this.pad.addEventListener("keydown", (event) => this.key(event));
  }

  update(data, setStateValue) {
    this.setStateValue = setStateValue;
    const anew = this.version !== data.version;
    if (!this.touched || anew) {
      this.touched = false;
      this.place = data.place;
    }
    this.takeHandles(data, anew);
    this.version = data.version;
    const address = absolute(data.url);
    if (this.image.src !== address) this.image.src = address;
    this.image.alt = data.label;
    this.pad.style.aspectRatio = `${data.width} / ${data.height}`;
    this.pad.style.minWidth = `${data.leastWidth}px`;
    this.pad.classList.toggle("sharp", data.sharp);
    this.pad.classList.toggle("clickable", data.clickable);
    this.pad.tabIndex = data.clickable ? 0 : -1;
    this.pad.setAttribute("role", data.clickable ? "application" : "group");
    this.pad.setAttribute("aria-label", `${data.label} ${data.hint}`.trim());
    this.data = data;
    this.drawOver(data);
    this.draw();
    if (!this.told.size && !this.pausing) this.flush();
  }

  // The server says where handles are, but not of one that is held, nor of what it has not heard of yet.
  takeHandles({ handles, turn }, anew) {
    if (anew || handles.length !== this.points.length) {
      this.held = null;
      this.moves.clear();
      this.told.clear();
      this.points = handles.map(({ at }) => at);
      this.turn = Math.max(this.turn, turn);
      return;
    }
    if (turn >= this.turn) this.told.clear();
    this.points = handles.map(({ at }, i) => (
      this.moves.has(i) || this.told.has(i) || this.held?.index === i ? this.points[i] : at));
  }

  drawOver({ strokes, outlines, notes }) {
    this.strokes.replaceChildren();
    for (const { path, colour, width } of strokes) {
      const node = this.strokes.appendChild(document.createElementNS(this.strokes.namespaceURI, "path"));
      node.setAttribute("d", path);
      node.style.cssText = `stroke:${colour};stroke-width:${width}px`;
    }
    this.outlines.replaceChildren();
    for (const { box: [x0, y0, x1, y1], colour, label, ...look } of outlines) {
      const node = child(this.outlines, "div", ["outline", ...["dashed", "spotlight"].filter((name) => look[name])].join(" "));
      node.style.cssText = `left:${percent((x0 + x1) / 2)};top:${percent((y0 + y1) / 2)};` +
        `width:${percent(x1 - x0)};height:${percent(y1 - y0)};--colour:${colour}`;
      if (label) child(node, "span", y0 < 0.06 ? "tag inside" : "tag").textContent = label;
    }
    this.notes.replaceChildren();
    for (const { at: [x, y], text, strong } of notes) {
      const node = child(this.notes, "span", strong ? "note strong" : "note");
      node.style.cssText = `left:${percent(x)};top:${percent(y)}`;
      node.textContent = text;
    }
  }

  draw() {
    this.pad.ariaBusy = String(this.moves.size + this.told.size > 0);
    this.marker.hidden = !this.place;
    if (this.place) this.frame(this.marker, this.place);
    this.ghost.hidden = true;
    while (this.handles.childElementCount > this.points.length) this.handles.lastChild.remove();
    while (this.handles.childElementCount < this.points.length) this.addHandle(this.handles.childElementCount);
    this.points.forEach(([u, v], i) => {
      const { colour, label } = this.data.handles[i];
      const node = this.handles.children[i];
      node.style.cssText = `left:${percent(u)};top:${percent(v)};--colour:${colour}`;
      node.setAttribute("aria-label", label);
      node.title = label;
    });
  }

  // Lays a frame around the cell that holds a place.
  frame(node, place) {
    const [u, v] = place.map((value, axis) => (Math.floor(value * this.data.cells[axis]) + 0.5) / this.data.cells[axis]);
    const [width, height] = this.data.cells.map((count) => percent(1 / count));
    node.style.cssText = `left:${percent(u)};top:${percent(v)};--width:${width};--height:${height}`;
    node.classList.toggle("tile", this.pad.clientWidth / this.data.cells[0] > TILE);
    node.hidden = false;
  }

  at(event) {
    const box = this.pad.getBoundingClientRect();
    return [share((event.clientX - box.left) / box.width), share((event.clientY - box.top) / box.height)];
  }

  hover(event) {
    if (!this.data.clickable || event.pointerType === "touch" || event.target.dataset.handle) return;
    if (event.buttons === 1) this.pick(event); // dragging reads along the way
    else this.frame(this.ghost, this.at(event));
  }

  pick(event) {
    if (this.data.clickable) this.move(this.at(event));
  }

  key(event) {
    const step = STEPS[event.key];
    if (!step || event.target !== this.pad || !this.data.clickable) return;
    event.preventDefault();
    const from = this.place ?? [0.5, 0.5];
    this.move(from.map((value, axis) => {
      const count = this.data.cells[axis];
      return share((Math.min(Math.max(Math.floor(value * count) + step[axis], 0), count - 1) + 0.5) / count);
    }));
  }

  move(place) {
    const cell = (p) => p && p.map((value, axis) => Math.floor(value * this.data.cells[axis])).join();
    if (cell(place) === cell(this.place)) return;
    this.place = place;
    this.touched = true;
    this.draw();
    this.send();
  }

  addHandle(index) {
    const handle = child(this.handles, "button", "handle");
    handle.type = "button";
    handle.dataset.handle = index;
    handle.addEventListener("focus", () => { this.pull = Date.now(); });
    handle.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (!step) return;
      event.preventDefault();
      const size = [this.data.width, this.data.height];
      this.put(index, this.points[index].map((value, axis) => value + (step[axis] * (event.shiftKey ? 10 : 1)) / size[axis]));
    });
  }

  // Takes the nearest handle, where the pointer holds it.
  grab(event) {
    const box = this.pad.getBoundingClientRect();
    const away = this.points.map(([u, v]) => Math.hypot(
      u * box.width + box.left - event.clientX, v * box.height + box.top - event.clientY));
    const index = away.indexOf(Math.min(...away));
    if (!(away[index] < REACH)) return;
    event.preventDefault();
    const from = this.at(event);
    this.held = { index, off: this.points[index].map((value, axis) => value - from[axis]) };
    this.pad.setPointerCapture(event.pointerId);
    this.handles.children[index].focus({ preventScroll: true });
    this.pull = Date.now(); // moves of one pull are one step
  }

  drag(event) {
    this.put(this.held.index, this.at(event).map((value, axis) => value + this.held.off[axis]));
  }

  release() {
    this.held = null;
    this.pull = Date.now(); // what the keys do next is another step
  }

  put(index, place) {
    this.points[index] = place.map(share);
    this.moves.set(index, { handle: index, at: this.points[index], pull: this.pull });
    this.draw();
    this.send();
  }

  // Sends the latest state: at once, but no more often than every PAUSE, nor before moved handles are answered, for the
  // server drops what it is doing at every message.
  send() {
    if (this.pausing || this.told.size) { this.again = true; return; }
    this.again = false;
    this.turn += 1;
    this.told = this.moves;
    this.moves = new Map();
    const moves = [...this.told.values()];
    this.setStateValue("pointed", { version: this.version, place: this.place, turn: this.turn, moves });
    this.pausing = setTimeout(() => { this.pausing = 0; if (!this.told.size) this.flush(); }, PAUSE);
    clearTimeout(this.patience);
    this.patience = setTimeout(() => { this.told.clear(); this.draw(); this.flush(); }, PATIENCE);
  }

  flush() {
    if (this.again) this.send();
  }
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".pointer");
  root.pointer ??= new Pointer(root);
  root.pointer.update(data, setStateValue);
}
