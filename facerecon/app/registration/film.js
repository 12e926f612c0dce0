// Runs inside the viewer's frame, beside viewer.js: plays registrations. The scene has for each panel a target, a source
// and lines; a film brings their points, and for every step a motion, colours and the lines' ends. The page calls
// `film.load` and `film.show`, and is told of steps through `film.onstep`. `WORDS` is put in by stage.py.
(() => {
  const words = WORDS;
  const STEP_MS = [60, 170]; // shortest and longest time of a step while it plays
  const FILM_MS = 3200; // what a whole film should take
  const MOST_LEFT_OUT = 3; // steps, while it plays
  const DOT = 0.0088; // a point's diameter, of the panel's height
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const state = { step: 0, playing: false, due: 0 };
  let viewer, panels, film, waiting, timeline;

  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const floats = (text) => new Float32Array(bytes(text).buffer);
  const palette = bytes(words.palette);
  const clay = words.clay;

  const twoDigits = (value) => (value < 0.005 ? "0" : value < 10 ? String(Number(value.toPrecision(2))) : value.toFixed(0));

  function element(tag, attributes, parent) {
    return parent.appendChild(Object.assign(document.createElement(tag), attributes));
  }

  // Puts a line before a place of the mapper's fragment shader.
  function shade(actor, place, line) {
    const mapper = actor.getMapper(), replacementValue = `${line}\n${place}`;
    const change = { shaderType: "Fragment", originalValue: place, replaceFirst: true, replacementValue, replaceAll: false };
    mapper.getViewSpecificProperties().OpenGL = { ShaderReplacements: [change] };
    mapper.modified();
  }

  // Points are round, and those that look away are not seen: a cloud then reads as a surface.
  const roundDots = (actor) => shade(actor, "//VTK::Light::Impl",
    "vec2 onDot = 2.0 * gl_PointCoord - 1.0; if (dot(onDot, onDot) > 1.0 || normalVCVSOutput.z < 0.04) discard;");

  // Lines run under the dots that they join, and would be hidden by them.
  const inFront = (actor) => shade(actor, "//VTK::Depth::Impl", "gl_FragDepth = gl_FragCoord.z - 0.09;");

  function fill(actor, { points, normals }, colours) {
    const data = actor.getMapper().getInputData();
    const count = points.length / 3;
    data.getPoints().setData(points, 3);
    data.getPointData().getNormals().setData(normals, 3);
    const rows = new Uint32Array(2 * count);
    for (let i = 0; i < count; i++) { rows[2 * i] = 1; rows[2 * i + 1] = i; }
    data.getVerts().setData(rows);
    paint(actor, colours);
  }

  function paint(actor, colours) {
    const data = actor.getMapper().getInputData();
    data.getPointData().getArrayByName("rgb").setData(colours, 3);
    data.getPointData().modified();
    data.modified();
  }

  function plain(count) {
    const colours = new Uint8Array(3 * count);
    for (let i = 0; i < colours.length; i++) colours[i] = clay[i % 3];
    return colours;
  }

  function load(told) {
    if (!panels) { waiting = told; return; }
    film = { source: cloud(told.source), takes: told.takes.map(take), steps: Math.max(...told.takes.map((one) => one.steps)) };
    const target = cloud(told.target);
    panels.forEach((panel, i) => {
      fill(panel.target, target, plain(target.points.length / 3));
      fill(panel.source, film.source, plain(film.source.points.length / 3));
      panel.name.textContent = film.takes[i].name;
    });
    timeline.range.max = film.steps - 1;
    document.body.classList.add("loaded");
    if (calm) show(film.steps - 1);
    else { show(0, true); play(true, 700); }
  }

  const cloud = ({ points, normals }) => ({ points: floats(points), normals: floats(normals) });

  const take = (told) => ({ ...told, motions: floats(told.motions), levels: bytes(told.levels), ends: floats(told.ends) });

  function show(step, quietly = false) {
    if (!film) return;
    state.step = Math.min(Math.max(Math.round(step), 0), film.steps - 1);
    panels.forEach((panel, i) => stand(panel, film.takes[i], Math.min(state.step, film.takes[i].steps - 1)));
    timeline.range.value = state.step;
    const told = words.step.replace("{step}", state.step).replace("{count}", film.steps - 1);
    timeline.count.textContent = told;
    timeline.range.setAttribute("aria-valuetext", told);
    viewer.render();
    if (!quietly && film.told !== state.step && window.film.onstep) window.film.onstep(film.told = state.step);
  }

  function stand(panel, made, step) {
    const motion = made.motions.subarray(16 * step, 16 * step + 16);
    panel.source.setUserMatrix(motion);
    const count = film.source.points.length / 3, colours = new Uint8Array(3 * count);
    for (let i = 0; i < count; i++) {
      const level = 3 * made.levels[step * count + i];
      colours[3 * i] = palette[level]; colours[3 * i + 1] = palette[level + 1]; colours[3 * i + 2] = palette[level + 2];
    }
    paint(panel.source, colours);
    join(panel.lines, made, step, motion);
    panel.left.textContent = words.left
      .replace("{degrees}", twoDigits(made.turned[step])).replace("{mm}", twoDigits(made.shifted[step]));
  }

  // Lines from some points, where they now are, to their partners; a point without one gets none.
  function join(actor, { rows, ends }, step, m) {
    const data = actor.getMapper().getInputData(), { points } = film.source;
    const places = new Float32Array(6 * rows.length);
    rows.forEach((row, i) => {
      const [x, y, z] = points.subarray(3 * row, 3 * row + 3);
      const here = [0, 1, 2].map((k) => m[k] * x + m[4 + k] * y + m[8 + k] * z + m[12 + k]);
      const end = ends.subarray(3 * (step * rows.length + i), 3 * (step * rows.length + i) + 3);
      places.set(here, 6 * i);
      places.set(Number.isNaN(end[0]) ? here : end, 6 * i + 3);
    });
    data.getPoints().setData(places, 3);
    const cells = new Uint32Array(3 * rows.length);
    for (let i = 0; i < rows.length; i++) cells.set([2, 2 * i, 2 * i + 1], 3 * i);
    data.getLines().setData(cells);
    data.modified();
  }

  function play(on, pause = 0) {
    if (on && state.step === film.steps - 1) show(0);
    state.playing = on;
    state.due = performance.now() + pause;
    timeline.button.innerHTML = `<svg viewBox="0 0 24 24"><path d="${on ? "M6 5h4v14H6zm8 0h4v14h-4z" : "M8 5v14l11-7z"}"/></svg>`;
    timeline.button.title = on ? words.pause : words.play;
    timeline.button.setAttribute("aria-label", timeline.button.title);
    if (on) requestAnimationFrame(tick);
  }

  // A machine that cannot keep up leaves steps out, and the film takes no longer.
  function tick(now) {
    if (!state.playing) return;
    if (now >= state.due && !document.hidden) {
      if (state.step === film.steps - 1) return play(false);
      const length = Math.min(STEP_MS[1], Math.max(STEP_MS[0], FILM_MS / film.steps));
      const late = Math.min(Math.floor((now - state.due) / length), MOST_LEFT_OUT);
      state.due = now + length;
      show(state.step + 1 + late);
    }
    requestAnimationFrame(tick);
  }

  function controls() {
    const bar = element("div", { className: "timeline" }, document.body);
    const button = element("button", { type: "button" }, bar);
    const range = element("input", { type: "range", min: 0, max: 1, step: 1, value: 0 }, bar);
    range.setAttribute("aria-label", words.control);
    const count = element("span", { className: "count" }, bar);
    timeline = { button, range, count };
    button.addEventListener("click", () => play(!state.playing));
    range.addEventListener("input", () => { play(false); show(Number(range.value)); });
    play(false);
  }

  function badge(index, count) {
    const box = element("div", { className: "badge" }, document.body);
    box.style.left = `calc(${(100 * index) / count}% + 14px)`;
    box.style.maxWidth = `calc(${100 / count}% - 28px)`;
    return { badge: box, name: element("b", {}, box), left: element("span", {}, box) };
  }

  function dots() {
    const size = Math.max(2.5, DOT * window.innerHeight) * window.devicePixelRatio;
    panels.forEach(({ source, target }) => [source, target].forEach((actor) => actor.getProperty().setPointSize(size)));
  }

  function start() {
    viewer = window.viewer;
    if (!viewer) return setTimeout(start, 25);
    const { renderers } = viewer;
    panels = renderers.map((renderer, i) => {
      const [target, source, lines] = renderer.getActors();
      [target, source].forEach(roundDots);
      inFront(lines);
      return { target, source, lines, ...badge(i, renderers.length) };
    });
    controls();
    dots();
    window.addEventListener("resize", () => { dots(); viewer.render(); });
    if (waiting) load(waiting);
  }

  window.film = { load, show: (step) => { play(false); show(step, true); film.told = state.step; }, onstep: null };
  start();
})();
