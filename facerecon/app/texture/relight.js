// A head under a light that the visitor turns (relight.py): reflectance times nine spherical harmonics, pixel by pixel.
const VERTEX = `attribute vec2 at; varying vec2 uv;
void main() { uv = at * 0.5 + 0.5; gl_Position = vec4(at, 0.0, 1.0); }`;
const FRAGMENT = `precision highp float;
varying vec2 uv;
uniform sampler2D albedo, normals;
uniform vec3 light[9];
uniform mat3 turn;
uniform vec3 ground;
vec3 arriving(vec3 n) {
  return max(0.282095 * light[0]
    + 0.488603 * (n.y * light[1] + n.z * light[2] + n.x * light[3])
    + 1.092548 * (n.x * n.y * light[4] + n.y * n.z * light[5] + n.x * n.z * light[7])
    + 0.315392 * (3.0 * n.z * n.z - 1.0) * light[6] + 0.546274 * (n.x * n.x - n.y * n.y) * light[8], 0.0);
}
vec3 decoded(vec3 c) { return mix(c / 12.92, pow((c + 0.055) / 1.055, vec3(2.4)), step(0.04045, c)); }
vec3 encoded(vec3 c) {
  c = clamp(c, 0.0, 1.0);
  return mix(12.92 * c, 1.055 * pow(max(c, 0.0031308), vec3(1.0 / 2.4)) - 0.055, step(0.0031308, c));
}
void main() {
  vec2 at = vec2(uv.x, 1.0 - uv.y);
  vec4 own = texture2D(albedo, at);
  vec3 n = normalize(texture2D(normals, at).xyz * 2.0 - 1.0);
  vec3 colour = mix(ground, encoded(decoded(own.rgb) * arriving(turn * n)), own.a);
  vec2 ball = (uv - vec2(0.885, 0.115)) / 0.085; // a white ball shows where the light comes from
  float r = dot(ball, ball);
  if (r < 1.0) {
    vec3 lit = encoded(0.8 * arriving(turn * vec3(ball, sqrt(1.0 - r))));
    colour = mix(lit, colour, smoothstep(0.94, 1.0, r));
  }
  gl_FragColor = vec4(colour, 1.0);
}`;
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const STEP = Math.PI / 18;

// Streamlit's links to media start at its own root, which need not be that of the host.
function absolute(url) {
  const script = document.querySelector('script[src*="static/js/"]');
  return new URL(url.replace(/^\//, ""), new URL("../../", script ? script.src : document.baseURI)).href;
}

function load(url) {
  return new Promise((done, failed) => {
    const image = new Image();
    image.onload = () => done(image);
    image.onerror = failed;
    image.src = absolute(url);
  });
}

class Relight {
  constructor(root) {
    this.root = root;
    this.figures = ["photo", "albedo", "relit"].map((name) => {
      const figure = root.appendChild(document.createElement("figure"));
      const picture = figure.appendChild(document.createElement(name === "relit" ? "canvas" : "img"));
      const caption = figure.appendChild(document.createElement("figcaption"));
      return { name, picture, caption };
    });
    this.canvas = this.figures[2].picture;
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "application");
    this.yaw = 0;
    this.pitch = 0;
    this.gl = this.canvas.getContext("webgl", { preserveDrawingBuffer: true });
    if (this.gl) this.prepare();
    this.canvas.addEventListener("pointerdown", (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      this.last = [event.clientX, event.clientY];
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (!this.last) return;
      const [x, y] = this.last;
      this.last = [event.clientX, event.clientY];
      const scale = 3 / this.canvas.clientWidth;
      this.move((event.clientX - x) * scale, (y - event.clientY) * scale);
    });
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, () => { this.last = null; });
    this.canvas.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (!step) return;
      event.preventDefault();
      this.move(step[0] * STEP, step[1] * STEP);
    });
  }

  prepare() {
    const { gl } = this;
    const program = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    gl.useProgram(program);
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 1, -1, -1, 1, 1, 1]), gl.STATIC_DRAW);
    const at = gl.getAttribLocation(program, "at");
    gl.enableVertexAttribArray(at);
    gl.vertexAttribPointer(at, 2, gl.FLOAT, false, 0, 0);
    this.place = (name) => gl.getUniformLocation(program, name);
  }

  async take(data) {
    for (const { name, picture, caption } of this.figures) {
      caption.textContent = data.labels[name];
      if (name !== "relit") {
        picture.alt = data.labels[name];
        picture.src = absolute(data[name]);
        continue;
      }
      caption.appendChild(document.createElement("small")).textContent = this.gl ? data.hint : data.noWebgl;
      picture.setAttribute("aria-label", `${data.labels[name]}. ${data.hint}`);
    }
    this.root.style.setProperty("--ground", data.ground);
    if (this.name !== data.name) [this.yaw, this.pitch] = [0, 0];
    this.name = data.name;
    this.data = data;
    if (!this.gl) return;
    if (this.shown !== data.albedo) {
      this.shown = data.albedo;
      const images = await Promise.all([load(data.albedo), load(data.normals)]);
      images.forEach((image, unit) => this.upload(image, unit));
    }
    this.draw();
  }

  upload(image, unit) {
    const { gl } = this;
    this.canvas.width = image.width;
    this.canvas.height = image.height;
    gl.viewport(0, 0, image.width, image.height);
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, image);
    for (const wrap of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, wrap, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    gl.uniform1i(this.place(unit ? "normals" : "albedo"), unit);
  }

  move(yaw, pitch) {
    this.yaw += yaw;
    this.pitch = Math.min(Math.max(this.pitch + pitch, -1.5), 1.5);
    this.draw();
  }

  // The light turns right by yaw and up by pitch; normals turn the other way instead.
  draw() {
    if (!this.gl || !this.data) return;
    const { gl, yaw, pitch } = this;
    const [cy, sy, cp, sp] = [Math.cos(yaw), Math.sin(yaw), Math.cos(pitch), Math.sin(pitch)];
    const turn = [cy, -sp * sy, cp * sy, 0, cp, sp, -sy, -sp * cy, cp * cy]; // column by column
    gl.uniformMatrix3fv(this.place("turn"), false, turn);
    gl.uniform3fv(this.place("light"), this.data.light.flat());
    const ground = this.data.ground.match(/\w\w/g).map((pair) => parseInt(pair, 16) / 255);
    gl.uniform3fv(this.place("ground"), ground);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".relight");
  root.relight ??= new Relight(root);
  root.relight.take(data);
}
