"""The values that flow from stage to stage: frozen dataclasses of read-only arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from facerecon.core.arrays import check_shape, freeze
from facerecon.core.coaching import Coaching
from facerecon.core.material import Material

SEEN, MIRRORED, FILLED = 0, 1, 2
"""Values of `Texture.provenance`."""


@dataclass(frozen=True, eq=False)
class Photo:
    image: np.ndarray
    "`(H, W, 3)` RGB uint8, upright"
    digest: str
    "sha256 of the file's bytes, hexadecimal"
    focal_px: float | None
    "focal length in pixels from EXIF, or None"
    name: str
    "the file's name, for people to read"
    distance_mm: float | None = None
    "distance from the camera to its subject, from EXIF, or None"

    def __post_init__(self):
        freeze(self, image=np.uint8)
        check_shape(self.image, ("H", "W", 3), "Photo.image")


@dataclass(frozen=True, eq=False)
class Faces:
    boxes: np.ndarray
    "`(F, 4)` x0 y0 x1 y1, px"
    scores: np.ndarray
    "`(F,)` in [0, 1]"
    keypoints: np.ndarray | None = None
    "`(F, 5, 2)` px: right eye, left eye (the subject's), nose tip, right and left mouth corner; or None"

    def __post_init__(self):
        freeze(self, boxes=np.float64, scores=np.float64, keypoints=np.float64)
        count = check_shape(self.boxes, ("F", 4), "Faces.boxes")["F"]
        check_shape(self.scores, (count,), "Faces.scores")
        if self.keypoints is not None:
            check_shape(self.keypoints, (count, 5, 2), "Faces.keypoints")

    def __len__(self) -> int:
        return len(self.boxes)

    @classmethod
    def none(cls) -> Faces:
        """Gives the empty value: no face was found."""
        return cls(np.zeros((0, 4)), np.zeros(0), np.zeros((0, 5, 2)))

    @property
    def sizes(self) -> np.ndarray:
        """`(F,)` px: square root of each box's area."""
        extent = np.maximum(self.boxes[:, 2:] - self.boxes[:, :2], 0)
        return np.sqrt(extent.prod(axis=1))


@dataclass(frozen=True, eq=False)
class Landmarks:
    points: np.ndarray
    "`(L, 2)` px"
    depth: np.ndarray | None
    "`(L,)` px towards the camera's back, relative to the face's middle; or None"
    scheme: str
    "`mediapipe478`, `ibug68` …, a name in `landmarks.schemes`"
    blendshapes: np.ndarray | None = None
    "`(52,)` ARKit scores in [0, 1] in the order of `core.arkit.ARKIT_NAMES`, or None"
    landmarker: str | None = None
    "who found them, and whose errors they have: a name in `LANDMARKERS`; None: they were not found but made"

    def __post_init__(self):
        freeze(self, points=np.float64, depth=np.float64, blendshapes=np.float64)
        check_shape(self.points, ("L", 2), "Landmarks.points")


@dataclass(frozen=True, eq=False)
class Camera:
    width: int
    "px"
    height: int
    "px"
    focal: float
    "px"
    centre: np.ndarray
    "`(2,)` principal point, px"

    def __post_init__(self):
        freeze(self, centre=np.float64)

    @property
    def intrinsics(self) -> np.ndarray:
        """`(3, 3)` matrix K of a pinhole camera with square pixels."""
        return np.array([[self.focal, 0, self.centre[0]], [0, self.focal, self.centre[1]], [0, 0, 1.0]])


@dataclass(frozen=True, eq=False)
class PointCloud:
    points: np.ndarray
    "`(N, 3)`, mm unless a reader says otherwise"
    normals: np.ndarray | None = None
    "`(N, 3)` of length 1, out of the surface; or None: not known"
    colours: np.ndarray | None = None
    "`(N, 3)` RGB uint8; or None"
    triangles: np.ndarray | None = None
    "`(T, 3)` rows of `points`, counter-clockwise from outside, where the scan is a surface; or None"

    def __post_init__(self):
        freeze(self, points=np.float64, normals=np.float64, colours=np.uint8, triangles=np.int64)
        count = check_shape(self.points, ("N", 3), "PointCloud.points")["N"]
        for name in ("normals", "colours"):
            value = getattr(self, name)
            check_shape(self.points if value is None else value, (count, 3), f"PointCloud.{name}")
        if self.triangles is not None:
            check_shape(self.triangles, ("T", 3), "PointCloud.triangles")

    def __len__(self) -> int:
        return len(self.points)


@dataclass(frozen=True, eq=False)
class Registration:
    target_from_source: np.ndarray
    "`(4, 4)`"
    rms: float
    "mm, over the inliers"
    inliers: np.ndarray
    "`(N,)` bool, by source point"
    iterations: int
    "how many were run"
    converged: bool
    "whether a convergence rule was met"
    history: tuple[Any, ...] = ()
    "the steps of the iteration, in their order"
    covariance: np.ndarray | None = None
    "`(6, 6)` of the rotation vector (rad) and the translation that a motion after this one would still need; or None"

    def __post_init__(self):
        freeze(self, target_from_source=np.float64, inliers=bool, covariance=np.float64)
        check_shape(self.target_from_source, (4, 4), "Registration.target_from_source")
        if self.covariance is not None:
            check_shape(self.covariance, (6, 6), "Registration.covariance")


@dataclass(frozen=True, eq=False)
class Scale:
    source: str
    "`model_average`, `iris`, `exif`, `views`, `scan`, `depth`: where the millimetres come from"
    relative_error: float
    "one standard deviation, as a fraction"


@dataclass(frozen=True, eq=False)
class View:
    camera: Camera
    "the photo's camera"
    camera_from_head: np.ndarray
    "`(4, 4)` rigid, mm"
    expression: np.ndarray
    "`(E,)` weights in [0, 1]"
    residuals: np.ndarray
    "`(L,)` px: distance from each landmark, its detector's mean error at this pose taken off, to its model point"

    def __post_init__(self):
        freeze(self, camera_from_head=np.float64, expression=np.float64, residuals=np.float64)
        check_shape(self.camera_from_head, (4, 4), "View.camera_from_head")


@dataclass(frozen=True, eq=False)
class Fit:
    identity: np.ndarray
    "`(I,)` coefficients, in standard deviations of the head model's prior"
    views: tuple[View, ...]
    "one a photo; for scans without a photo one, of a camera before the face"
    std: np.ndarray | None
    "`(V,)` mm, standard deviation of each vertex of the head model, or None; see `morphable.uncertainty`"
    scale: Scale
    "where the millimetres come from"
    prior_std: np.ndarray | None = None
    "`(V,)` mm, what `std` would be had there been no photo; or None"
    covariance: np.ndarray | None = None
    "`(I, I)` of the identity, in the prior's standard deviations, or None"

    def __post_init__(self):
        freeze(self, identity=np.float64, std=np.float64, prior_std=np.float64, covariance=np.float64)


@dataclass(frozen=True, eq=False)
class Mesh:
    vertices: np.ndarray
    "`(V, 3)` mm, head frame"
    triangles: np.ndarray
    "`(T, 3)` rows of `vertices`, counter-clockwise from outside"
    uv: np.ndarray | None = None
    "`(U, 2)` in [0, 1], origin top left, v down; or None"
    uv_triangles: np.ndarray | None = None
    "`(T, 3)` rows of `uv`; or None"
    parts: np.ndarray | None = None
    "`(T,)` index into `part_names`; or None: all one part"
    part_names: tuple[str, ...] = ("skin",)
    "what the parts are: each becomes a material"

    def __post_init__(self):
        freeze(self, vertices=np.float64, triangles=np.int64, uv=np.float64, uv_triangles=np.int64, parts=np.int64)
        check_shape(self.vertices, ("V", 3), "Mesh.vertices")
        count = check_shape(self.triangles, ("T", 3), "Mesh.triangles")["T"]
        if self.uv_triangles is not None:
            check_shape(self.uv_triangles, (count, 3), "Mesh.uv_triangles")
        if self.parts is not None:
            check_shape(self.parts, (count,), "Mesh.parts")


@dataclass(frozen=True, eq=False)
class Texture:
    image: np.ndarray
    "`(S, S, 3)` RGB uint8, laid out by the mesh's uv; the skin"
    provenance: np.ndarray
    "`(S, S)` uint8: SEEN, MIRRORED or FILLED"
    albedo: np.ndarray | None = None
    "`(S, S, 3)` RGB uint8: `image` without the light of the photo; None where that could not be told"
    lights: np.ndarray | None = None
    "`(P, 9, 3)`: by photo the light's spherical harmonics, linear RGB, head frame; NaN: not known; or None"

    def __post_init__(self):
        freeze(self, image=np.uint8, provenance=np.uint8, albedo=np.uint8, lights=np.float64)
        size = check_shape(self.image, ("S", "S", 3), "Texture.image")["S"]
        check_shape(self.provenance, (size, size), "Texture.provenance")
        check_shape(self.image if self.albedo is None else self.albedo, (size, size, 3), "Texture.albedo")


@dataclass(frozen=True, eq=False)
class ScannedHead:
    cloud: PointCloud
    "mm, head frame: all scans together, cleaned"
    names: tuple[str, ...]
    "of the files"
    digests: tuple[str, ...]
    "sha256 of each file's bytes, hexadecimal"
    units: tuple[str, ...]
    "of each file, as given or guessed; `?`: not metric, or in none had it the size of a head"
    head_from_scan: tuple[np.ndarray, ...]
    "by file `(4, 4)`: a similarity from its own frame and unit to the head, mm"
    distances: np.ndarray
    "`(V,)` mm from each vertex of `Reconstruction.neutral` to the cloud, as it was bent; NaN: not scanned there"

    def __post_init__(self):
        freeze(self, distances=np.float64)


@dataclass(frozen=True, eq=False)
class Reconstruction:
    photos: tuple[Photo, ...]
    "what came in; none where there were scans without a photo"
    faces: tuple[Faces, ...]
    "by photo: every face that was found"
    chosen: tuple[int, ...]
    "by photo: which of its faces was used"
    landmarks: tuple[Landmarks, ...]
    "by photo, of the chosen face"
    fit: Fit
    "identity, and a camera, pose and expression a photo"
    mesh: Mesh
    "the whole head, subdivided, with the first photo's expression"
    morphs: np.ndarray
    "`(52, V, 3)` mm: what each ARKit expression adds to `mesh.vertices`; float32"
    neutral: Mesh
    "the skin alone, identity only, in the head model's own vertex order"
    neutral_landmarks68: np.ndarray
    "`(68, 3)` mm, iBUG order, on `neutral`"
    texture: Texture
    "the skin's"
    part_images: dict[str, np.ndarray]
    "part name → `(h, w, 3)` uint8 image for the parts that are not skin"
    head_model: str
    "name in the table of head models"
    timings_ms: dict[str, float]
    "stage → ms, with `total`"
    warnings: tuple[str, ...]
    "text keys under `warning.`"
    scan: ScannedHead | None = None
    "where the head was made from scans or depth"
    coaching: Coaching | None = None
    "how the photos fare, and which one to add; None: there were scans"
    normal_map: np.ndarray | None = None
    "`(S, S, 3)` RGB uint8 of the skin's finest shape by `mesh.uv`, n·127.5 + 127.5: +x to the right of the picture, \
+y to its top, +z out of the skin, as glTF has it; or None"
    material: Material = Material()
    "of the skin"

    def __post_init__(self):
        freeze(self, morphs=np.float32, neutral_landmarks68=np.float64, normal_map=np.uint8)
