// What one can look at: views of the surface, light and ground, a cut, pins, and the photo behind the head.
const GROUNDS = { dark: "#1b1d22", grey: "#6d7178", paper: "#f4f2ee", black: "#000000" };

class Inspect {
  constructor(viewer, node) {
    this.viewer = viewer;
    const { labels } = viewer.data;
    this.light(group(node, labels.light));
    this.skin(group(node, labels.skin));
    this.ground(group(node, labels.ground));
    this.section(group(node, labels.section));
    const marks = group(node, labels.marks);
    this.points = toggle(marks, labels.points, (on) => { viewer.head?.showPins(on); viewer.stage.draw(); });
    if (viewer.data.photos.length) this.overlay = new Overlay(viewer, node, () => this.leave());
  }

  // The head of another run: what was set stays so.
  take(head) {
    head.section = this.chosen;
    head.surface = this.surface;
    head.showPins(this.points.ariaPressed === "true");
    this.overlay?.take();
  }

  leave() {
    this.viewer.head.wear(this.viewer.data.worn);
  }

  // A ball that is lit: its bright spot can be dragged to where the light should come from.
  light(row) {
    const { stage, data } = this.viewer;
    const ball = child(row, "div", "ball");
    const spot = child(ball, "i");
    Object.assign(ball, { tabIndex: 0, title: data.labels.light_hint });
    ball.setAttribute("role", "slider");
    ball.setAttribute("aria-label", data.labels.light_hint);
    const put = (x, y) => {
      const away = Math.max(1, Math.hypot(x, y) / 0.96);
      const [u, v] = [x / away, y / away];
      spot.style.cssText = `left:${50 + 50 * u}%;top:${50 - 50 * v}%`;
      ball.style.setProperty("--x", `${50 + 50 * u}%`);
      ball.style.setProperty("--y", `${50 - 50 * v}%`);
      this.spot = [u, v];
      const front = Math.sqrt(Math.max(0, 1 - u * u - v * v));
      const light = { azimuth: (Math.atan2(u, front) * 180) / Math.PI, elevation: (Math.asin(v) * 180) / Math.PI };
      ball.setAttribute("aria-valuenow", Math.round(light.azimuth));
      stage.aim(light);
    };
    const drag = (event) => {
      const box = ball.getBoundingClientRect();
      put(((event.clientX - box.left) / box.width) * 2 - 1, 1 - ((event.clientY - box.top) / box.height) * 2);
    };
    ball.addEventListener("pointerdown", (event) => { ball.setPointerCapture(event.pointerId); drag(event); });
    ball.addEventListener("pointermove", (event) => { if (event.buttons) drag(event); });
    ball.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] }[event.key];
      if (!step) return;
      event.preventDefault();
      put(this.spot[0] + step[0], this.spot[1] + step[1]);
    });
    const [a, e] = [rad(LIGHT.azimuth), rad(LIGHT.elevation)];
    put(Math.sin(a) * Math.cos(e), Math.sin(e));
    const power = slider(row, data.labels.power, (value) => stage.shine({ power: value }), 1, 2);
    power.title = data.labels.power;
  }

  // The numbers that the files have too: seen at once, told to the server when the hand lets go.
  skin(row) {
    const { labels, skin } = this.viewer.data, names = ["roughness", "specular", "clearcoat", "tint"];
    this.surface = { ...skin };
    const dials = names.map((name) => dial(row, labels[name], (value) => this.polish({ [name]: value }), skin[name]));
    const tell = () => {
      const told = Object.fromEntries(names.map((name) => [name, this.surface[name]]));
      this.viewer.setStateValue("material", told);
    };
    for (const one of dials) one.addEventListener("change", tell);
    button(row, labels.skin_reset, () => {
      names.forEach((name, i) => { dials[i].value = skin.plain[name]; });
      this.polish(skin.plain);
      tell();
    });
  }

  polish(change) {
    Object.assign(this.surface, change);
    this.viewer.head?.polish(this.surface);
    this.viewer.stage.draw();
  }

  ground(row) {
    const { viewer } = this;
    const names = Object.keys(GROUNDS).map((name) => [name, ""]);
    const swatches = choice(row, viewer.data.labels.ground, names, (name) => viewer.paint(name), "choice swatches");
    for (const [name, node] of swatches.nodes) {
      node.style.background = GROUNDS[name];
      node.title = node.ariaLabel = viewer.data.labels[`ground_${name}`];
    }
    swatches.choose("dark");
  }

  section(row) {
    const { labels } = this.viewer.data;
    const cut = (change) => {
      this.chosen = { ...this.chosen, ...change };
      where.disabled = !this.chosen.axis;
      if (this.viewer.head) this.viewer.head.cut(this.chosen);
      this.viewer.stage.draw();
    };
    const entries = [["", labels.whole], ["x", labels.cut_x], ["y", labels.cut_y], ["z", labels.cut_z]];
    const axes = choice(row, labels.section, entries, (axis) => cut({ axis }));
    const where = slider(row, labels.section_at, (at) => cut({ at }), 0.5);
    this.chosen = { axis: "", at: 0.5 };
    axes.choose("");
    where.disabled = true;
  }
}

// The head exactly over its photo, through the camera that was fitted to it; turning the head leaves the photo.
class Overlay {
  constructor(viewer, node, leave) {
    Object.assign(this, { viewer, leave, number: null, opacity: 0.7 });
    const { labels, photos } = viewer.data;
    this.image = child(viewer.back, "img", "photo");
    this.svg = viewer.back.appendChild(viewer.back.querySelector("svg"));
    this.path = this.svg.querySelector("path");
    const row = group(node, labels.over);
    const entries = photos.map((_, i) => [i, photos.length > 1 ? String(i + 1) : labels.over_photo]);
    this.row = choice(row, labels.over, entries, (number) => this.show(this.number === number ? null : number));
    this.thumbs(photos);
    this.fade = slider(row, labels.opacity, (value) => { this.opacity = value; this.dim(); }, this.opacity);
    this.fade.title = labels.opacity;
    this.line = toggle(row, labels.outline, () => this.dim());
    press(this.line, true);
    viewer.stage.listeners.touched.push(() => { if (this.number !== null) this.show(null); });
    this.show(null);
  }

  // Several photos are chosen by their pictures.
  thumbs(photos) {
    if (photos.length < 2) return;
    this.row.classList.add("thumbs");
    for (const [i, node] of this.row.nodes) {
      node.style.backgroundImage = `url("${absolute(photos[i].url)}")`;
      node.title = node.ariaLabel = photos[i].name;
    }
  }

  take() {
    this.show(this.number !== null && this.viewer.data.photos[this.number] ? this.number : null);
  }

  show(number) {
    const was = this.number;
    this.number = number;
    this.row.choose(number);
    const photo = this.viewer.data.photos[number];
    for (const node of [this.image, this.svg]) node.style.display = photo ? "block" : "none";
    this.fade.disabled = this.line.disabled = !photo;
    this.viewer.stage.shot = photo ? (width, height) => this.camera(photo, width, height) : null;
    if (photo) {
      this.viewer.stage.turning = false;
      this.image.src = absolute(photo.url);
      this.image.alt = this.viewer.data.labels.over_alt;
      this.svg.setAttribute("viewBox", `-0.5 -0.5 ${photo.size} ${photo.size}`);
      this.path.setAttribute("d", photo.outline);
      this.viewer.head?.wear(photo.worn);
    } else if (was !== null && this.viewer.head) this.leave();
    this.dim();
  }

  dim() {
    const on = this.number !== null;
    this.viewer.stage.canvas.style.opacity = on ? this.opacity : 1;
    this.path.style.display = on && this.line.ariaPressed === "true" ? "" : "none";
    this.viewer.stage.draw();
  }

  // OpenCV's camera of the square cut, as a projection of this window, in which the cut is shown whole.
  camera({ size, focal, centre, pose }, width, height) {
    const { three } = this.viewer.stage;
    this.shot ??= new three.PerspectiveCamera();
    const scale = Math.min(width, height) / size; // px of the screen a px of the cut
    const [u, v] = centre.map((value, axis) => ((axis ? height : width) - scale * size) / 2 + (value + 0.5) * scale);
    const near = 0.05, far = 20;
    this.shot.matrixAutoUpdate = false;
    this.shot.projectionMatrix.set(
      (2 * focal * scale) / width, 0, 1 - (2 * u) / width, 0,
      0, (2 * focal * scale) / height, (2 * v) / height - 1, 0,
      0, 0, -(far + near) / (far - near), (-2 * far * near) / (far - near),
      0, 0, -1, 0);
    this.shot.projectionMatrixInverse.copy(this.shot.projectionMatrix).invert();
    this.shot.matrix.set(...pose).invert();
    return this.shot;
  }
}
