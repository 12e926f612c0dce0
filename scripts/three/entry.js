// What the head viewer (facerecon/app/head_viewer) uses of three.js; build.sh makes static/three/three.min.js of it.
export {
  BackSide, Box3, BufferAttribute, CanvasTexture, Color, DirectionalLight, DoubleSide, FrontSide, Group, HemisphereLight,
  InstancedMesh, LinearMipmapLinearFilter, Matrix4, Mesh, MeshBasicMaterial, MeshNormalMaterial, MeshStandardMaterial,
  NearestFilter, PerspectiveCamera, Plane, SRGBColorSpace, Scene, SphereGeometry, TextureLoader, Vector3, WebGLRenderer,
} from "three";
export { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
