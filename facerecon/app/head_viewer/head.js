// The head: its parts as meshes that share one list of weights, the looks it can wear, pins and a cut.
const CLAY = "#bdb5ac", INSIDE = "#5a2f2c", EDGE = "#16181c";
const PIN = 0.0011; // m
const SKINS = ["textured", "albedo", "clay", "wireframe"];
const STUDIO = { textured: 0, provenance: 0.55, checker: 0.55 }; // how much of a studio's light; else all

class Head {
  // Reads the GLB. Its base shape is the face at rest, so that a weight of 1 is one whole expression.
  static async load(three, data) {
    const [file, layers] = await Promise.all([
      new three.GLTFLoader().loadAsync(absolute(data.glb)),
      data.layers.names.length ? fetch(absolute(data.layers.url)).then((answer) => answer.arrayBuffer()) : null,
    ]);
    return new Head(three, data, file.scene, layers && new Uint8Array(layers));
  }

  constructor(three, data, scene, layers) {
    Object.assign(this, { three, data });
    this.group = new three.Group();
    this.meshes = [];
    scene.updateMatrixWorld(true);
    scene.traverse((node) => { if (node.isMesh) this.meshes.push(node); });
    this.weights = new Float32Array(data.names.length);
    this.triangles = this.meshes.reduce((sum, { geometry }) => sum + geometry.index.count / 3, 0);
    this.layers(layers);
    for (const mesh of this.meshes) this.prepare(mesh);
    this.box = new three.Box3().setFromBufferAttribute(this.meshes[0].geometry.attributes.position);
    this.plane = new three.Plane(new three.Vector3(-1, 0, 0), 10);
    this.pins();
    this.surface = data.skin;
    this.wear(data.worn);
  }

  // Colours by vertex come as one block: by layer, by part, by vertex, three bytes each.
  layers(bytes) {
    if (!bytes) return;
    let at = 0;
    for (const name of this.data.layers.names) {
      for (const { geometry } of this.meshes) {
        const count = geometry.attributes.position.count * 3;
        // What is seen on the screen should be these very colours, so they are made linear here.
        const colours = new this.three.BufferAttribute(new Float32Array(count), 3);
        for (let i = 0; i < count; i += 1) colours.array[i] = linear(bytes[at + i]);
        geometry.userData[name] = colours;
        at += count;
      }
    }
  }

  prepare(mesh) {
    mesh.frustumCulled = false;
    this.loosen(mesh.geometry);
    mesh.own = mesh.material;
    mesh.plain = { wire: this.wire(mesh), inner: this.inner(mesh) };
    this.group.add(mesh, mesh.plain.wire, mesh.plain.inner);
  }

  // Takes the targets out of the graphics card's hands: looking up all 52 for every vertex of every picture costs more
  // than adding those that are worn, where they move something, when weights change.
  loosen(geometry) {
    const { attributes, morphAttributes } = geometry;
    geometry.userData.moves = Object.entries(morphAttributes).map(([name, targets]) => ({
      attribute: attributes[name], rest: attributes[name].array.slice(), targets: targets.map(sparse),
    }));
    geometry.morphAttributes = {};
  }

  bend(geometry) {
    for (const { attribute, rest, targets } of geometry.userData.moves) {
      const { array } = attribute;
      array.set(rest);
      targets.forEach(({ places, values }, k) => {
        const weight = this.weights[k];
        if (weight) for (let i = 0; i < places.length; i += 1) array[places[i]] += weight * values[i];
      });
      attribute.needsUpdate = true;
    }
  }

  twin(mesh, material) {
    const twin = new this.three.Mesh(mesh.geometry, material);
    twin.frustumCulled = twin.visible = false;
    return twin;
  }

  wire(mesh) {
    return this.twin(mesh, new this.three.MeshBasicMaterial({ color: EDGE, wireframe: true, transparent: true, opacity: 0.4 }));
  }

  inner(mesh) {
    return this.twin(mesh, new this.three.MeshBasicMaterial({ color: INSIDE, side: this.three.BackSide }));
  }

  // Puts weights on, one an expression; what they were made of is taken off.
  wear(weights) {
    this.data.names.forEach((_, k) => { this.weights[k] = weights[k] || 0; });
    for (const { geometry } of this.meshes) this.bend(geometry);
    if (this.dots?.visible) this.placePins();
  }

  async show(look) {
    this.look = look;
    const skin = await this.picture(look);
    if (this.look !== look) return; // another one was chosen meanwhile
    this.meshes.forEach((mesh, part) => { mesh.material = this.material(mesh, look, part === 0 ? skin : null); });
    this.polish();
    this.cut();
  }

  // Gives the skin its surface, in the numbers of the files; looks that explain something have their own.
  polish(surface = this.surface) {
    this.surface = surface;
    if (!SKINS.includes(this.look)) return;
    const { material } = this.meshes[0], { roughness, specular, clearcoat, tint, film, blood } = surface;
    Object.assign(material, { roughness, specularIntensity: specular, clearcoat, clearcoatRoughness: film });
    if (material.map) material.color.setRGB(...blood.map((share) => 1 - tint * (1 - share)));
  }

  async picture(look) {
    if (look === "checker") return checker(this.three);
    const url = this.data.pictures[look];
    if (!url) return null;
    this.loaded ??= {};
    this.loaded[look] ??= await new this.three.TextureLoader().loadAsync(absolute(url));
    const map = this.loaded[look];
    Object.assign(map, { flipY: false, colorSpace: this.three.SRGBColorSpace, anisotropy: 4 });
    if (look === "provenance") map.magFilter = this.three.NearestFilter;
    return map;
  }

  material(mesh, look, map) {
    const { MeshStandardMaterial, MeshNormalMaterial } = this.three, { normalMap, normalScale } = mesh.own;
    mesh.made ??= {};
    if (mesh.made[look]) return mesh.made[look];
    const colours = mesh.geometry.userData[look];
    let made;
    if (look === "normals") made = new MeshNormalMaterial({ normalMap, normalScale });
    else if (look === "textured" || (look === "albedo" && !map)) made = mesh.own.clone();
    else if (look === "albedo") made = Object.assign(mesh.own.clone(), { map });
    else if (map) made = new MeshStandardMaterial({ map, roughness: 0.7 });
    else made = Object.assign(mesh.own.clone(), { map: null, color: new this.three.Color(CLAY) });
    if (colours) {
      mesh.geometry.setAttribute("color", colours);
      made = new MeshStandardMaterial({ vertexColors: true, roughness: 0.8 });
    }
    Object.assign(made, { polygonOffset: true, polygonOffsetFactor: 1, polygonOffsetUnits: 1 });
    return (mesh.made[look] = made);
  }

  // Cuts away what lies beyond a plane; inside, the surface shows its back in one dark tone.
  cut(section = this.section) {
    this.section = section;
    const on = Boolean(section?.axis);
    if (on) {
      // What is kept: the subject's left half, what lies below, what lies behind.
      const side = section.axis === "x" ? 1 : -1;
      this.plane.normal.set(...["x", "y", "z"].map((axis) => (axis === section.axis ? side : 0)));
      const low = this.box.min[section.axis], high = this.box.max[section.axis];
      this.plane.constant = -side * (low + (high - low) * section.at);
    }
    const clippingPlanes = on ? [this.plane] : [];
    for (const mesh of this.meshes) {
      const { wire, inner } = mesh.plain;
      const colours = mesh.geometry.userData[this.look];
      if (colours) mesh.geometry.setAttribute("color", colours);
      mesh.material.side = on ? this.three.FrontSide : this.three.DoubleSide;
      inner.visible = on;
      wire.visible = this.look === "wireframe";
      for (const each of [mesh.material, wire.material, inner.material, this.dots.material]) {
        Object.assign(each, { clippingPlanes, needsUpdate: each.clippingPlanes?.length !== clippingPlanes.length });
      }
    }
  }

  // A small ball at each landmark, on the middle of three vertices that it weighs.
  pins() {
    const { InstancedMesh, SphereGeometry, MeshBasicMaterial, Color } = this.three;
    const { rows, colours } = this.data.pins;
    this.dots = new InstancedMesh(new SphereGeometry(PIN, 10, 8), new MeshBasicMaterial(), rows.length);
    this.dots.visible = this.dots.frustumCulled = false;
    rows.forEach((_, i) => this.dots.setColorAt(i, new Color(colours[i])));
    this.group.add(this.dots);
  }

  showPins(shown) {
    this.dots.visible = shown;
    if (shown) this.placePins();
  }

  placePins() {
    const { position } = this.meshes[0].geometry.attributes;
    const matrix = new this.three.Matrix4();
    this.data.pins.rows.forEach(([a, b, c, ...shares], i) => {
      const at = [0, 1, 2].map((axis) => (
        [a, b, c].reduce((sum, vertex, n) => sum + shares[n] * position.getComponent(vertex, axis), 0)));
      this.dots.setMatrixAt(i, matrix.makeTranslation(...at));
    });
    this.dots.instanceMatrix.needsUpdate = true;
  }

  close() {
    for (const { geometry, own, made, plain } of this.meshes) {
      geometry.dispose();
      own.map?.dispose();
      for (const each of [own, plain.wire.material, plain.inner.material, ...Object.values(made || {})]) each.dispose();
    }
    for (const map of Object.values(this.loaded || {})) map.dispose();
  }
}

// What a target moves, number by number, and how far.
function sparse(target) {
  const places = [], values = [];
  for (let vertex = 0; vertex < target.count; vertex += 1) {
    for (let axis = 0; axis < 3; axis += 1) {
      const value = target.getComponent(vertex, axis);
      if (value) {
        places.push(3 * vertex + axis);
        values.push(value);
      }
    }
  }
  return { places: Uint32Array.from(places), values: Float32Array.from(values) };
}

function linear(byte) {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

// Squares that show where a texture is stretched, redder to the right and greener downwards, with their names.
function checker(three) {
  const side = 1024, cells = 16, cell = side / cells;
  const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
  const brush = canvas.getContext("2d");
  brush.font = `600 ${cell * 0.36}px sans-serif`;
  brush.textAlign = "center";
  brush.textBaseline = "middle";
  for (let row = 0; row < cells; row += 1) {
    for (let column = 0; column < cells; column += 1) {
      const share = (row + column) % 2 ? 0.5 : 1;
      const [red, green] = [column, row].map((index) => (90 + (150 * index) / cells) * share);
      brush.fillStyle = `rgb(${red} ${green} ${158 * share})`;
      brush.fillRect(column * cell, row * cell, cell, cell);
      brush.fillStyle = share < 1 ? "#ffffffd0" : "#101216c0";
      brush.fillText(String.fromCharCode(65 + column) + (row + 1), (column + 0.5) * cell, (row + 0.5) * cell);
    }
  }
  const map = new three.CanvasTexture(canvas);
  Object.assign(map, { flipY: false, colorSpace: three.SRGBColorSpace, anisotropy: 4 });
  return map;
}
