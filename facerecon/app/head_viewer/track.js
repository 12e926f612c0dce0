// The film of an expression: keys on a line of time, linear in between as glTF plays them.
const STEP = 0.7; // s from one recorded key to the next
const MOST_KEYS = 400;

class Track {
  constructor(express, node) {
    this.express = express;
    this.labels = express.viewer.data.labels;
    this.turn = 0;
    this.buttons(child(node, "div", "track"));
    const { demo } = express.viewer.data.express;
    this.load(demo.map(({ at }) => at), demo.map(({ weights }) => express.list(weights)), false);
    express.viewer.stage.movers.add((seconds) => this.run(seconds));
  }

  buttons(node) {
    const { labels } = this;
    this.player = icon(button(node, "", () => (this.playing ? this.pause() : this.play()), "play"), "play");
    this.player.ariaLabel = this.player.title = labels.play;
    this.line = child(node, "div", "time");
    this.keys = child(this.line, "div", "keys");
    this.scrub = slider(this.line, labels.time, (value) => { this.pause(); this.seek(value); });
    this.clock = child(node, "span", "clock");
    this.adder = button(node, labels.key, () => this.record());
    this.clear = button(node, labels.clear, () => this.load([], [], false));
    this.sender = button(node, labels.send, () => this.send(), "send");
  }

  get length() { return this.times.at(-1) || 0; }

  // `scaled`: how strong its faces are is for the slider to say, as for a clip, whose scores may be timid.
  load(times, weights, play, scaled = false) {
    this.pause();
    this.scaled = scaled;
    this.times = [...times];
    this.weights = weights.map((row) => Float32Array.from(row));
    this.at = 0;
    this.show();
    if (play) this.play();
  }

  // Keeps what the face does now as the next key.
  record() {
    if (this.times.length >= MOST_KEYS) return;
    this.pause();
    this.times.push(this.times.length ? this.length + STEP : 0);
    this.weights.push(Float32Array.from(this.express.goal));
    this.at = this.length;
    this.show();
  }

  play() {
    if (this.times.length < 2) return;
    this.express.free();
    this.playing = true;
    if (this.at >= this.length) this.at = 0;
    icon(this.player, "pause").ariaLabel = this.labels.pause;
    this.express.viewer.stage.draw();
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    icon(this.player, "play").ariaLabel = this.labels.play;
  }

  run(seconds) {
    if (!this.playing) return false;
    this.at = (this.at + seconds) % (this.length + 0.4); // holds the last key for a moment, then begins anew
    this.seek(Math.min(this.at, this.length), false);
    return true;
  }

  seek(at, draw = true) {
    this.clock.textContent = `${at.toFixed(1)} / ${this.length.toFixed(1)} s`;
    if (draw) this.at = at;
    else this.scrub.value = at;
    if (this.times.length) this.express.set(this.weightsAt(at));
    if (draw) this.express.viewer.stage.draw();
  }

  weightsAt(at) {
    let next = this.times.findIndex((time) => time > at);
    const strong = this.scaled ? this.express.strong : 1;
    if (next < 0) return this.weights.at(-1).map((weight) => strong * weight);
    next = Math.max(1, next);
    const [from, to] = [this.times[next - 1], this.times[next]];
    const share = clamp((at - from) / (to - from), 0, 1);
    return this.weights[next - 1].map((weight, k) => strong * (weight + share * (this.weights[next][k] - weight)));
  }

  show() {
    const many = this.times.length > 1;
    Object.assign(this.scrub, { max: this.length || 1, step: 0.01, value: this.at, disabled: !many });
    this.player.disabled = this.sender.disabled = !many;
    this.clear.disabled = !this.times.length;
    this.clock.textContent = `${this.at.toFixed(1)} / ${this.length.toFixed(1)} s`;
    this.keys.replaceChildren();
    // Of a clip, whose keys are as dense as its pictures, some are enough.
    const every = Math.ceil(this.times.length / 60);
    this.times.forEach((time, i) => {
      if (i % every) return;
      child(this.keys, "i").style.left = `${this.length ? (100 * time) / this.length : 0}%`;
    });
  }

  send() {
    this.turn = Date.now();
    const round = (value) => Math.round(value * 1000) / 1000;
    this.express.viewer.setStateValue("track", {
      turn: this.turn, times: this.times.map(round), weights: this.times.map((time) => Array.from(this.weightsAt(time), round)),
    });
  }
}
