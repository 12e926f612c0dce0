// The 52 expressions: presets, sliders by region, and what a photo or a clip gave. Nothing here asks the server.
const EASE = 0.28; // s that a change of preset takes

class Express {
  constructor(viewer, node) {
    this.viewer = viewer;
    const { express, labels, names } = viewer.data;
    this.names = names;
    this.goal = new Float32Array(names.length);
    this.now = new Float32Array(names.length);
    this.strong = 1;
    this.presets(node, express, labels);
    this.sliders(child(node, "div", "groups"), express);
    viewer.stage.movers.add((seconds) => this.ease(seconds));
    this.track = new Track(this, viewer.root.querySelector(".drawer"));
  }

  presets(node, { presets, titles }, labels) {
    const row = child(node, "div", "presets");
    this.chips = new Map();
    this.add = (key, label, weights) => {
      if (this.chips.has(key)) this.chips.get(key).remove();
      const chip = button(row, label, () => this.wearPreset(key));
      this.chips.set(key, Object.assign(chip, { weights }));
      return chip;
    };
    for (const family of titles) {
      child(row, "span", "family", family.label);
      for (const { key, label, weights } of presets.filter((one) => one.family === family.key)) this.add(key, label, this.list(weights));
    }
    this.add("worn", labels.worn, this.viewer.data.worn);
    const line = child(node, "label", "strength");
    child(line, "span", "", labels.strength);
    const power = slider(line, labels.strength, (value) => {
      this.strong = value;
      if (this.chosen) this.aim(this.chips.get(this.chosen).weights.map((w) => w * value));
    }, 1, 1.5);
    line.style.order = -1;
    this.power = power;
  }

  list(weights) {
    return this.names.map((name) => weights[name] || 0);
  }

  sliders(node, { groups, named }) {
    this.inputs = [];
    for (const { label, members } of groups) {
      const box = child(node, "details");
      box.name = "region"; // one is open at a time, so that the head stays in sight
      child(box, "summary", "", label);
      for (const name of members) {
        const k = this.names.indexOf(name);
        const line = child(box, "label", "slide");
        child(line, "span", "", named[name]).title = name;
        const input = slider(line, named[name], (value) => this.put(k, value));
        this.inputs[k] = Object.assign(input, { number: child(line, "output") });
      }
    }
  }

  // One weight, at once: what the hand does is not eased.
  put(k, value) {
    this.free();
    this.goal[k] = this.now[k] = value;
    this.wear();
  }

  wearPreset(key) {
    this.free();
    this.chosen = key;
    this.chips.forEach((chip, other) => press(chip, other === key));
    this.aim(this.chips.get(key).weights.map((weight) => weight * this.strong));
  }

  free() {
    this.track?.pause();
    this.chosen = null;
    this.chips.forEach((chip) => press(chip, false));
  }

  aim(weights) {
    this.goal.set(weights);
    if (calm()) this.now.set(weights);
    this.viewer.stage.draw();
    if (calm()) this.wear();
  }

  ease(seconds) {
    let left = 0;
    for (let k = 0; k < this.goal.length; k += 1) left = Math.max(left, Math.abs(this.goal[k] - this.now[k]));
    if (!left) return false;
    const share = left < 1e-3 ? 1 : 1 - Math.exp((-3 * Math.max(seconds, 0.004)) / EASE);
    for (let k = 0; k < this.goal.length; k += 1) this.now[k] += (this.goal[k] - this.now[k]) * share;
    this.wear(false);
    return left >= 1e-3;
  }

  // Puts the present weights on the head and shows them at the sliders.
  wear(draw = true) {
    this.viewer.head?.wear(this.now);
    this.inputs.forEach((input, k) => {
      if (document.activeElement !== input || !draw) input.value = this.now[k];
      const text = this.now[k] > 0.004 ? this.now[k].toFixed(2) : "";
      if (input.number.textContent !== text) input.number.textContent = text;
    });
    if (draw) this.viewer.stage.draw();
  }

  // Takes all weights at once, from the track.
  set(weights) {
    this.goal.set(weights);
    this.now.set(weights);
    this.wear(false);
  }

  take() {
    this.chips.get("worn").weights = this.viewer.data.worn;
    if (!this.met) this.wearPreset("worn");
    this.met = true;
    this.now.set(this.goal);
    this.wear();
  }

  // What a photo or a clip gave since the last time.
  given({ express: { given } }) {
    if (!given || given.id === this.had) return;
    this.had = given.id;
    if (given.times.length > 1) return this.track.load(given.times, given.weights, true, true);
    this.add("given", given.label, given.weights[0]);
    this.wearPreset("given");
  }
}
