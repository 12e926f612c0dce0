// The stage: a canvas, lamps that stand beside the camera, a turntable, and pictures only when something has changed.
// The files of this folder are joined into one module by component.py, in the order that it names.
const DEGREES_A_PIXEL = 0.45;
const TURN_DEGREES_A_SECOND = 14;
const MOST_ELEVATION = 85;
const VIEW_ANGLE = 22; // degrees of the picture's height: that of a portrait lens
const NARROW = 0.8; // width over height below which the camera steps back
const LIGHT = { azimuth: -32, elevation: 36 };
const rad = (degrees) => (degrees * Math.PI) / 180;
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const home = () => ({ azimuth: -18, elevation: 4, zoom: 1 });

class Stage {
  // `box` holds the canvas; `place` is where the camera was left when the visitor came by last.
  constructor(three, box, place, label) {
    this.three = three;
    this.box = box;
    this.place = place;
    this.canvas = child(box, "canvas", "gl");
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", label);
    // Smooth edges cost a processor as much as all the rest: it smooths those of the picture at rest, by drawing it larger.
    this.slow = byProcessor();
    this.renderer = new three.WebGLRenderer({ canvas: this.canvas, antialias: !this.slow, alpha: true });
    this.renderer.localClippingEnabled = true;
    this.scene = new three.Scene();
    this.free = new three.PerspectiveCamera(VIEW_ANGLE, 1, 0.05, 10);
    this.lamps();
    this.size = { centre: new three.Vector3(0, -0.05, 0), height: 0.3, width: 0.25, depth: 0.25 };
    this.movers = new Set(); // called before each picture; answer whether they want another one
    this.listeners = { drawn: [], touched: [] };
    this.shot = null; // a fixed camera: that of a photo
    this.seen = true;
    this.cost = 0; // ms of JavaScript for a picture, averaged
    this.rate = 0; // pictures a second while something moves
    this.fineness = new Fineness();
    this.pointers();
    this.watch = new ResizeObserver(() => this.resize());
    this.watch.observe(box);
    this.sight = new IntersectionObserver((entries) => { this.seen = entries.at(-1).isIntersecting; this.draw(); });
    this.sight.observe(box);
    this.movers.add((seconds) => this.turn(seconds));
  }

  lamps() {
    const { DirectionalLight, HemisphereLight, Group } = this.three;
    this.rig = new Group(); // follows the camera, so that no view of the head is dark
    this.lamp = { key: new DirectionalLight(0xffffff, 1), fill: new DirectionalLight(0xffffff, 1), rim: new DirectionalLight(0xffffff, 1) };
    this.lamp.fill.position.set(0.8, 0.1, 0.7);
    this.lamp.rim.position.set(0.5, 0.7, -0.6);
    for (const lamp of Object.values(this.lamp)) this.rig.add(lamp, lamp.target);
    this.sky = new HemisphereLight(0xffffff, 0xb9b2aa, 1);
    this.scene.add(this.rig, this.sky);
    this.aim(LIGHT);
    this.shine({ share: 1, power: 1 });
  }

  // From where the key lamp shines, degrees to the right of the camera and up.
  aim({ azimuth, elevation }) {
    const [a, e] = [rad(azimuth), rad(elevation)];
    this.lamp.key.position.set(Math.sin(a) * Math.cos(e), Math.sin(e), Math.cos(a) * Math.cos(e));
    this.light = { azimuth, elevation };
    this.draw();
  }

  // `share` 0: even light from everywhere, as for a texture that brings its own; 1: a studio's. `power` times as bright.
  shine({ share = this.share, power = this.power }) {
    Object.assign(this, { share, power });
    this.lamp.key.intensity = (1.2 + 1.5 * share) * power;
    this.lamp.fill.intensity = (0.35 + 0.35 * share) * power;
    this.lamp.rim.intensity = 0.5 * share * power;
    this.sky.intensity = (1.75 - 1.0 * share) * power;
    this.draw();
  }

  frame(box) {
    const size = box.getSize(new this.three.Vector3());
    this.size = { centre: box.getCenter(new this.three.Vector3()), height: size.y, width: size.x, depth: size.z };
    this.draw();
  }

  resize() {
    const { clientWidth, clientHeight } = this.box;
    if (!clientWidth || !clientHeight) return;
    this.renderer.setSize(clientWidth, clientHeight, false);
    this.draw();
  }

  // Makes pictures as fine as the screen, or as the computer can while something moves.
  refine(moving) {
    const screen = Math.min(devicePixelRatio || 1, 2);
    const ratio = moving ? screen * this.fineness.share : this.slow ? 2 : screen;
    if (ratio !== this.renderer.getPixelRatio()) this.renderer.setPixelRatio(ratio);
  }

  get aspect() {
    return Math.max(0.2, this.box.clientWidth / Math.max(1, this.box.clientHeight));
  }

  // Gives the camera of the next picture: the photo's where one is looked through, else the turntable's.
  camera() {
    if (this.shot) return this.shot(this.box.clientWidth, this.box.clientHeight);
    const { azimuth, elevation, zoom } = this.place;
    const { centre, height, width, depth } = this.size;
    const wide = Math.max(width, depth);
    const fit = Math.max(height, wide / Math.max(this.aspect, NARROW));
    let distance = (1.12 * fit) / 2 / Math.tan(rad(VIEW_ANGLE) / 2) + depth / 2;
    distance = (distance * Math.max(1, NARROW / this.aspect)) / zoom;
    const [a, e] = [rad(azimuth), rad(elevation)];
    this.free.aspect = this.aspect;
    this.free.position.set(Math.sin(a) * Math.cos(e), Math.sin(e), Math.cos(a) * Math.cos(e)).multiplyScalar(distance).add(centre);
    this.free.near = Math.max(0.01, distance - 0.5);
    this.free.far = distance + 0.5;
    this.free.lookAt(centre);
    this.free.updateProjectionMatrix();
    return this.free;
  }

  // Asks for a picture with the browser's next one; several wishes are one.
  draw() {
    if (!this.asked && !this.gone) this.asked = requestAnimationFrame((now) => this.picture(now));
  }

  picture(now) {
    this.asked = 0;
    if (this.gone || !this.seen || document.hidden) { this.last = 0; return; }
    const start = performance.now();
    const seconds = this.last ? Math.min(0.1, (now - this.last) / 1000) : 0;
    const more = [...this.movers].map((move) => move(seconds)).some(Boolean);
    if (more && this.last) this.fineness.note(now - this.last);
    this.refine(more || this.dragged);
    this.render();
    this.cost += (performance.now() - start - this.cost) * (this.cost ? 0.1 : 1);
    if (this.last && now > this.last) this.rate += (1000 / (now - this.last) - this.rate) * (this.rate ? 0.1 : 1);
    this.last = more ? now : 0;
    this.moving = more;
    for (const tell of this.listeners.drawn) tell();
    if (more) this.draw();
  }

  render() {
    const camera = this.camera();
    camera.updateMatrixWorld(true);
    this.rig.quaternion.setFromRotationMatrix(camera.matrixWorld);
    this.renderer.render(this.scene, camera);
  }

  turn(seconds) {
    if (!this.turning) return false;
    this.place.azimuth += seconds * TURN_DEGREES_A_SECOND;
    return true;
  }

  reset() {
    Object.assign(this.place, home(), { azimuth: 0, elevation: 0 });
    this.touch();
  }

  touch() {
    for (const tell of this.listeners.touched) tell();
    this.draw();
  }

  move(azimuth, elevation, zoom = 1) {
    this.place.azimuth += azimuth;
    this.place.elevation = clamp(this.place.elevation + elevation, -MOST_ELEVATION, MOST_ELEVATION);
    this.place.zoom = clamp(this.place.zoom * zoom, 0.5, 8);
    this.turning = false;
    this.touch();
  }

  pointers() {
    const { canvas } = this, down = new Map();
    let spread = 0, held = false;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      down.set(event.pointerId, [event.clientX, event.clientY]);
      held = true;
    });
    const up = (event) => { down.delete(event.pointerId); spread = 0; this.dragged = false; this.draw(); };
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, up);
    canvas.addEventListener("pointerleave", () => { held = down.size > 0; });
    canvas.addEventListener("pointermove", (event) => {
      if (!down.has(event.pointerId)) return;
      const [x, y] = down.get(event.pointerId);
      down.set(event.pointerId, [event.clientX, event.clientY]);
      this.dragged = true;
      if (down.size === 1) return this.move((x - event.clientX) * DEGREES_A_PIXEL, (event.clientY - y) * DEGREES_A_PIXEL);
      const [p, q] = [...down.values()];
      const now = Math.hypot(p[0] - q[0], p[1] - q[1]);
      if (spread) this.move(0, 0, now / spread);
      spread = now;
    });
    // The wheel belongs to the page until the head has been touched, so that reading on is never caught.
    canvas.addEventListener("wheel", (event) => {
      if (!held && !event.ctrlKey) return;
      event.preventDefault();
      this.move(0, 0, Math.exp(-event.deltaY * 0.0015));
    }, { passive: false });
    canvas.addEventListener("dblclick", () => this.reset());
    canvas.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [10, 0], ArrowRight: [-10, 0], ArrowUp: [0, -8], ArrowDown: [0, 8] }[event.key];
      const zoom = { "+": 1.15, "=": 1.15, "-": 1 / 1.15 }[event.key];
      if (step) this.move(...step);
      else if (zoom) this.move(0, 0, zoom);
      else if (event.key === "0") this.reset();
      else return;
      event.preventDefault();
    });
  }

  // Takes what is on the stage as a PNG, `scale` times as fine, over what `under` paints.
  async photograph(scale, under) {
    const { clientWidth: width, clientHeight: height } = this.box;
    this.renderer.setPixelRatio(scale);
    this.renderer.setSize(width, height, false);
    this.render();
    const picture = Object.assign(document.createElement("canvas"), { width: width * scale, height: height * scale });
    const brush = picture.getContext("2d");
    under(brush, picture.width, picture.height);
    brush.drawImage(this.canvas, 0, 0, picture.width, picture.height);
    this.draw();
    return new Promise((done) => picture.toBlob(done, "image/png"));
  }

  close() {
    this.gone = true;
    this.watch.disconnect();
    this.sight.disconnect();
    this.renderer.dispose();
    this.renderer.forceContextLoss();
  }
}
