// Runs inside the viewer's frame, beside vtk.js: the view switch, a turntable instead of a free tumble, and slow turning
// until somebody touches the head. `SETTINGS` is put in front of this file by viewer.py; vtk.js leaves
// `global.renderWindow`.
(() => {
  const settings = SETTINGS;
  const DEGREES_A_PIXEL = 0.45;
  const TURN_DEGREES_A_SECOND = 14;
  const MOST_ELEVATION = 80;
  // Material symbols (Google, Apache-2.0), paths in a 24 x 24 box.
  const ICONS = {
    turn: "M12 4V1L8 5l4 4V6a6 6 0 0 1 5.2 9l1.5 1.5A8 8 0 0 0 12 4zm0 14a6 6 0 0 1-5.2-9L5.3 7.5A8 8 0 0 0 12 20v3l4-4-4-4z",
    reset: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM5 15H3v4a2 2 0 0 0 2 2h4v-2H5zM5 5h4V3H5a2 2 0 0 0-2 2v4h2zm14-2h-4v2h4v4h2V5" +
      "a2 2 0 0 0-2-2zm0 16h-4v2h4a2 2 0 0 0 2-2v-4h-2z",
    full: "M7 14H5v5h5v-2H7zm-2-4h2V7h3V5H5zm12 7h-3v2h5v-5h-2zM14 5v2h3v3h2V5z",
  };
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  const state = { azimuth: 0, elevation: 0, zoom: 1, turning: settings.turn && !calm, seen: true, touched: false, view: settings.view };
  let window3d, renderers, actors, home;

  const element = (tag, attributes, parent) => {
    const node = Object.assign(document.createElement(tag), attributes);
    parent.appendChild(node);
    return node;
  };

  function place() {
    const a = (state.azimuth * Math.PI) / 180, e = (state.elevation * Math.PI) / 180;
    // A narrow frame would cut the head's sides: step back until it fits.
    const aspect = Math.max(0.2, window.innerWidth / settings.panels / Math.max(1, window.innerHeight));
    const distance = (home.distance * Math.max(1, settings.aspect / aspect)) / state.zoom;
    const [fx, fy, fz] = home.focal;
    for (const renderer of renderers) {
      const camera = renderer.getActiveCamera();
      camera.setPosition(
        fx + distance * Math.sin(a) * Math.cos(e), fy + distance * Math.sin(e), fz + distance * Math.cos(a) * Math.cos(e));
      camera.setFocalPoint(fx, fy, fz);
      camera.setViewUp(0, 1, 0);
      renderer.resetCameraClippingRange();
    }
    window3d.render();
  }

  function show(view) {
    state.view = view;
    const visible = new Set(settings.views.find((v) => v.key === view).actors);
    actors.forEach((actor, i) => actor.setVisibility(visible.has(i)));
    document.querySelectorAll("[data-view]").forEach((button) =>
      button.setAttribute("aria-pressed", String(button.dataset.view === view)));
    document.body.dataset.view = view;
    window3d.render();
  }

  function reset() {
    Object.assign(state, { azimuth: settings.azimuth, elevation: settings.elevation, zoom: 1 });
    place();
  }

  function controls() {
    const bar = element("div", { className: "bar" }, document.body);
    bar.setAttribute("role", "toolbar");
    if (settings.views.length > 1) {
      for (const view of settings.views) {
        const button = element("button", { type: "button", textContent: view.label }, bar);
        button.dataset.view = view.key;
        button.addEventListener("click", () => show(view.key));
      }
    }
    const tools = element("div", { className: "tools" }, document.body);
    const tool = (name, act) => {
      const innerHTML = `<svg viewBox="0 0 24 24"><path d="${ICONS[name]}"/></svg>`;
      const button = element("button", { type: "button", title: settings.labels[name], innerHTML }, tools);
      button.setAttribute("aria-label", settings.labels[name]);
      button.addEventListener("click", act);
      return button;
    };
    const turn = tool("turn", () => { state.turning = !state.turning; turn.setAttribute("aria-pressed", state.turning); });
    turn.setAttribute("aria-pressed", state.turning);
    tool("reset", reset);
    if (document.fullscreenEnabled) {
      tool("full", () =>
        document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen());
    }
    return () => { state.turning = false; turn.setAttribute("aria-pressed", false); };
  }

  function pointers(stop) {
    const canvas = document.querySelector("canvas");
    const pad = element("div", { className: "pad", tabIndex: 0 }, document.body);
    pad.setAttribute("role", "img");
    pad.setAttribute("aria-label", settings.labels.head);
    canvas.setAttribute("aria-hidden", "true");
    const down = new Map();
    let spread = 0;
    pad.addEventListener("pointerdown", (event) => {
      pad.setPointerCapture(event.pointerId);
      down.set(event.pointerId, [event.clientX, event.clientY]);
      state.touched = true;
      stop();
    });
    const up = (event) => { down.delete(event.pointerId); spread = 0; };
    pad.addEventListener("pointerup", up);
    pad.addEventListener("pointercancel", up);
    pad.addEventListener("pointerleave", () => { state.touched = down.size > 0; });
    pad.addEventListener("pointermove", (event) => {
      if (!down.has(event.pointerId)) return;
      const [x, y] = down.get(event.pointerId);
      down.set(event.pointerId, [event.clientX, event.clientY]);
      if (down.size === 1) {
        state.azimuth -= (event.clientX - x) * DEGREES_A_PIXEL;
        turnUp((event.clientY - y) * DEGREES_A_PIXEL);
      } else {
        const [p, q] = [...down.values()];
        const now = Math.hypot(p[0] - q[0], p[1] - q[1]);
        if (spread) zoomBy(now / spread);
        spread = now;
      }
      place();
    });
    // The wheel belongs to the page until the head has been touched, so that reading on is never caught.
    pad.addEventListener("wheel", (event) => {
      if (!state.touched && !event.ctrlKey) return;
      event.preventDefault();
      zoomBy(Math.exp(-event.deltaY * 0.0015));
      place();
    }, { passive: false });
    pad.addEventListener("dblclick", reset);
    pad.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [10, 0], ArrowRight: [-10, 0], ArrowUp: [0, -8], ArrowDown: [0, 8] }[event.key];
      if (step) { stop(); state.azimuth += step[0]; turnUp(step[1]); }
      else if (event.key === "+" || event.key === "=") zoomBy(1.15);
      else if (event.key === "-") zoomBy(1 / 1.15);
      else if (event.key === "0") return reset();
      else return;
      event.preventDefault();
      place();
    });
  }

  const zoomBy = (factor) => { state.zoom = Math.min(6, Math.max(0.5, state.zoom * factor)); };
  const turnUp = (degrees) => {
    state.elevation = Math.min(MOST_ELEVATION, Math.max(-MOST_ELEVATION, state.elevation + degrees));
  };

  function animate(before) {
    requestAnimationFrame((now) => {
      // 30 pictures a second are enough, and none while nobody can see them: not every machine has a graphics card.
      if (now - before < 31) return animate(before);
      if (state.turning && state.seen && !document.hidden) {
        state.azimuth += (Math.min(100, now - before) / 1000) * TURN_DEGREES_A_SECOND;
        place();
      }
      animate(now);
    });
  }

  function start() {
    window3d = window.global && window.global.renderWindow;
    // vtk.js's own renderer comes first and stays empty.
    renderers = window3d ? window3d.getRenderers().filter((one) => one.getActors().length) : [];
    actors = renderers.length ? renderers[0].getActors() : [];
    if (renderers.length < settings.panels || actors.length < settings.actors) return setTimeout(start, 25);
    const camera = renderers[0].getActiveCamera();
    // the one thing of the camera that the serialiser leaves out
    renderers.forEach((one) => one.getActiveCamera().setViewAngle(settings.angle));
    const focal = camera.getFocalPoint();
    const position = camera.getPosition();
    home = { focal, distance: Math.hypot(...position.map((p, i) => p - focal[i])) };
    Object.assign(state, { azimuth: settings.azimuth, elevation: settings.elevation });
    const stop = controls();
    pointers(stop);
    show(settings.view);
    place();
    window.addEventListener("resize", () => setTimeout(place, 0));
    new IntersectionObserver((entries) => { state.seen = entries.at(-1).isIntersecting; }).observe(document.body);
    animate(performance.now());
    document.body.classList.add("ready");
    window.viewer = { renderers, render: place };
  }
  start();
})();
