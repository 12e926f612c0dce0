// One viewer a page: it keeps its camera, its head and what was set through every answer of the server.
const places = (window.headViewerPlaces ??= new Map());
const GRACE = 3000; // ms a viewer may be off the page before it gives its memory back

class Viewer {
  constructor(root, data) {
    Object.assign(this, { root, data });
    this.box = root.querySelector(".stage");
    this.back = root.querySelector(".back");
    this.box.style.height = `min(${data.height}px, 125vw)`;
    root.classList.toggle("express", Boolean(data.express));
    root.querySelector(".beside").style.maxHeight = `${data.height}px`;
    if (!places.has(data.place)) places.set(data.place, home());
    this.note = child(this.box, "p", "note", data.labels.loading);
    this.note.setAttribute("role", "status");
    this.ready = this.start();
  }

  async start() {
    const three = await import(absolute(this.data.three));
    try {
      this.stage = new Stage(three, this.box, places.get(this.data.place), this.data.labels.head);
    } catch (error) {
      this.note.textContent = this.data.labels.no_webgl;
      throw error;
    }
    this.three = three;
    this.tools();
    this.views = choice(this.box, this.data.labels.views, this.data.views, (look) => this.show(look), "bar");
    this.views.hidden = this.data.views.length < 2;
    this.readout = child(this.box, "p", "readout");
    this.legend = child(this.box, "div", "legend");
    this.drawn = 0;
    this.stage.listeners.drawn.push(() => this.tell());
    this.panel = this.data.express ? new Express(this, this.root.querySelector(".beside")) : new Inspect(this, this.root.querySelector(".drawer"));
    if (this.data.turn && !calm()) { this.stage.turning = true; press(this.turner, true); }
    await this.take(this.data);
  }

  tools() {
    const { labels } = this.data, row = child(this.box, "div", "tools"), { stage } = this;
    const tool = (name, act) => {
      const node = icon(button(row, "", act), name);
      node.title = node.ariaLabel = labels[name];
      return node;
    };
    this.turner = tool("turn", (node) => { stage.turning = !stage.turning; press(node, stage.turning); stage.draw(); });
    stage.listeners.touched.push(() => press(this.turner, stage.turning));
    tool("reset", () => stage.reset());
    tool("shot", async () => save(await stage.photograph(2, (...canvas) => this.under(...canvas)), "head.png"));
    if (document.fullscreenEnabled) {
      tool("full", () => (document.fullscreenElement ? document.exitFullscreen() : this.box.requestFullscreen()));
    }
  }

  // Takes what the server says now; a new head is fetched, the rest stays.
  async take(data) {
    const other = this.head?.data.digest !== data.digest || this.head?.data.glb !== data.glb;
    this.data = data;
    if (other && this.fetching !== data.glb) {
      this.fetching = data.glb;
      this.box.ariaBusy = "true";
      const head = await Head.load(this.three, data);
      if (this.fetching !== data.glb) return head.close();
      if (this.head) { this.stage.scene.remove(this.head.group); this.head.close(); }
      this.head = head;
      this.fetching = null;
      this.stage.scene.add(head.group);
      this.stage.frame(head.box);
      this.panel.take(head);
      const known = this.data.views.some(([key]) => key === this.look);
      await this.show(known ? this.look : this.data.views[0][0]);
      this.note.hidden = true;
      this.box.ariaBusy = "false";
    }
    this.panel.given?.(data);
  }

  async show(look) {
    this.look = look;
    this.views.choose(look);
    this.explain(this.data.legends[look]);
    await this.head.show(look);
    this.stage.shine({ share: STUDIO[look] ?? 1 });
  }

  // Says what the colours of a look mean: a ramp between numbers, or a list of colours.
  explain({ ramp, ends = [], keys = [] } = {}) {
    this.legend.replaceChildren();
    if (ramp) {
      child(this.legend, "span", "", ends[0]);
      child(this.legend, "i", "ramp").style.background = ramp;
      child(this.legend, "span", "", ends[1]);
    }
    for (const [colour, label] of keys) {
      child(this.legend, "i").style.background = colour;
      child(this.legend, "span", "", label);
    }
  }

  paint(ground) {
    this.box.style.background = GROUNDS[ground];
    this.box.classList.toggle("bright", ground === "paper");
  }

  // Paints on a picture what lies behind the head.
  under(brush, width, height) {
    brush.fillStyle = getComputedStyle(this.box).backgroundColor;
    brush.fillRect(0, 0, width, height);
    const photo = this.back.querySelector("img.photo");
    if (!photo || photo.style.display === "none") return;
    const side = Math.min(width, height);
    brush.drawImage(photo, (width - side) / 2, (height - side) / 2, side, side);
    brush.globalAlpha = Number(this.stage.canvas.style.opacity || 1);
  }

  // A few numbers, four times a second: what a picture costs, and how many there are while something moves.
  tell() {
    const now = performance.now();
    if (now - this.drawn < 250 || !this.head) return;
    this.drawn = now;
    const { rate, cost, moving } = this.stage, { labels } = this.data;
    const speed = moving || rate ? `${Math.round(rate)} ${labels.fps} · ${cost.toFixed(1)} ms · ` : "";
    this.readout.textContent = speed + labels.readout;
  }

  // Gives its memory back if it is still off the page after a while: Streamlit may only be moving it.
  leave() {
    setTimeout(() => {
      if (this.box.isConnected) return;
      this.head?.close();
      this.stage?.close();
    }, GRACE);
  }
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".head3d");
  if (!root.viewer) root.viewer = new Viewer(root, data);
  const { viewer } = root;
  viewer.setStateValue = setStateValue;
  viewer.latest = data;
  viewer.ready.then(() => { if (viewer.latest === data) viewer.take(data); });
  return () => viewer.leave();
}
