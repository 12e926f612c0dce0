// Joins the page and the frame of the 3D view: hands films over, passes jumps on, and tells the server at which step the
// visitor is. What the visitor does in the frame is seen there at once; the server is told of the last step only, and
// not again before it has answered.
const PATIENCE = 4000; // ms to wait for an answer
const PAUSE = 120; // ms between two messages
const RETRY = 60; // ms until a frame that is not there yet is looked for again

// Streamlit's links to media start at its own root, which need not be that of the host.
function absolute(url) {
  const script = document.querySelector('script[src*="static/js/"]');
  return new URL(url.replace(/^\//, ""), new URL("../../", script ? script.src : document.baseURI)).href;
}

// The frame of the viewer with a key; it stands in the shadow of its component.
function frameOf(key) {
  const place = document.querySelector(`.st-key-viewer_${key}`);
  const hosts = place ? [...place.querySelectorAll("*")].filter((node) => node.shadowRoot) : [];
  const frames = hosts.map((node) => node.shadowRoot.querySelector("iframe")).filter(Boolean);
  return frames.map((frame) => frame.contentWindow).find((inside) => inside?.film);
}

class Link {
  constructor() {
    this.turn = 0;
    this.sent = 0;
  }

  update(data, setStateValue) {
    this.data = data;
    this.setStateValue = setStateValue;
    this.answered = true;
    if (data.digest !== this.digest) {
      this.digest = data.digest;
      this.step = null;
      this.turn = data.turn;
      this.film = fetch(absolute(data.url)).then((answer) => answer.json());
      this.inside = null;
    } else if (data.turn > this.turn) {
      this.turn = data.turn;
      this.step = null;
      this.inside?.film?.show(data.step);
    }
    this.watch();
    this.flush();
  }

  // A frame may come late, and be another one after a while.
  watch() {
    clearTimeout(this.looking);
    if (this.gone) return;
    const inside = frameOf(this.data.frame);
    if (inside && inside !== this.inside) this.hand(inside);
    this.looking = setTimeout(() => this.watch(), this.inside ? 500 : RETRY);
  }

  async hand(inside) {
    this.inside = inside;
    const { digest } = this;
    const film = await this.film;
    if (digest !== this.digest) return;
    inside.film.onstep = (step) => {
      this.step = step;
      if (this.gone) return;
      this.flush();
    };
    inside.film.load(film);
  }

  flush() {
    clearTimeout(this.later);
    if (this.step == null || this.step === this.data.step) return;
    const waited = performance.now() - this.sent;
    if (waited < (this.answered ? PAUSE : PATIENCE)) {
      this.later = setTimeout(() => this.flush(), PAUSE);
      return;
    }
    this.sent = performance.now();
    this.answered = false;
    this.setStateValue("stepped", { digest: this.digest, step: this.step, turn: this.turn });
  }
}

const links = new WeakMap();

export default function ({ parentElement, data, setStateValue }) {
  if (!links.has(parentElement)) links.set(parentElement, new Link());
  const link = links.get(parentElement);
  link.gone = false;
  link.update(data, setStateValue);
  return () => { link.gone = true; };
}
