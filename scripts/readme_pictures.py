"""Makes the README's four pictures from NASA's public-domain portrait of Eileen Collins.

`python scripts/readme_pictures.py`, into `docs/`.

Photo with the detected face, landmarks, fitted head over the photo, and the textured head from two sides.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from facerecon import load_sample, reconstruct
from facerecon.core.types import Camera
from facerecon.drawing.crops import crop
from facerecon.drawing.heads import draw_head
from facerecon.drawing.overlays import draw_boxes, draw_connections, draw_points
from facerecon.drawing.render import render
from facerecon.geometry.transforms import camera_from_head_rotation, rigid
from facerecon.landmarks.schemes import scheme

FOLDER = Path(__file__).parents[1] / "docs"
SIDE = 560


def enlarged(image: np.ndarray, factor: int) -> np.ndarray:
    return cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)


def turntable(head, degrees: float) -> np.ndarray:
    camera = Camera(SIDE // 2, SIDE, 1500.0, np.array([SIDE / 4 - 0.5, SIDE / 2 - 0.5]))
    rotation = camera_from_head_rotation(np.radians(degrees), 0.0, 0.0)
    pose = rigid(rotation, np.array([0, 0, 1000.0]) - rotation @ np.array([0, -25, -55]))
    return render(head.mesh, camera, pose, style="textured", texture=head.texture, part_images=head.part_images)


def main() -> None:
    photo = load_sample("astronaut")
    head = reconstruct([photo])
    view, points = head.fit.views[0], head.landmarks[0].points
    box = np.array([110.0, 0, 350, 240])
    factor = 2
    large = enlarged(photo.image, factor)
    groups = scheme("mediapipe478").groups
    dotted = draw_connections(large, (points + 0.5) * factor - 0.5, scheme("mediapipe478").connections, opacity=0.5)
    dotted = draw_points(dotted, (points + 0.5) * factor - 0.5, groups)
    pictures = {
        "photo": crop(draw_boxes(photo.image, head.faces[0], head.chosen[0]), box, SIDE, 0.0).image,
        "landmarks": crop(dotted, box * factor, SIDE, 0.0).image,
        "head": crop(draw_head(photo.image, head.mesh, view.camera, view.camera_from_head), box, SIDE, 0.0).image,
        "textured": np.hstack([turntable(head, 0), turntable(head, 38)]),
    }
    FOLDER.mkdir(exist_ok=True)
    for name, picture in pictures.items():
        Image.fromarray(picture).save(FOLDER / f"{name}.jpg", quality=88)


if __name__ == "__main__":
    main()
