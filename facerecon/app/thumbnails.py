"""The pictures of the strip: each stage's result on the visitor's own photo, as a small square. Pure."""

from __future__ import annotations

import base64
from collections.abc import Mapping

import cv2
import numpy as np

from facerecon.core.types import Camera, Faces, Landmarks, Mesh, Photo, Texture, View
from facerecon.drawing.crops import Crop, crop, thumbnail
from facerecon.drawing.overlays import draw_boxes, draw_points
from facerecon.drawing.render import render
from facerecon.geometry.projection import project_head
from facerecon.geometry.transforms import camera_from_head_rotation, rigid

SIZE = 224
"""px; tiles are shown at 84 to 150 px, on fine screens too."""
TURN = np.radians(24.0)
"""How far the head is turned in its pictures."""


def face_crop(photo: Photo, box: np.ndarray | None, size: int = SIZE) -> Crop:
    """Cuts the face and some air out of a photo; its middle where there is no box."""
    height, width = photo.image.shape[:2]
    if box is None:
        side = min(height, width)
        box = np.array([width - side, height - side, width + side, height + side]) / 2 - 0.5
        return crop(photo.image, box, size, margin=0)
    return crop(photo.image, box, size, margin=0.45)


def detection_tile(cut: Crop, faces: Faces, chosen: int) -> np.ndarray:
    """Shows the box of the chosen face."""
    boxes = cut.to_crop(faces.boxes[chosen].reshape(2, 2)).reshape(1, 4)
    keypoints = None if faces.keypoints is None else cut.to_crop(faces.keypoints[chosen])[None]
    return draw_boxes(cut.image, Faces(boxes, faces.scores[[chosen]], keypoints))


def landmarks_tile(cut: Crop, landmarks: Landmarks) -> np.ndarray:
    """Shows the landmarks."""
    return draw_points(cut.image, cut.to_crop(landmarks.points), radius=1.1)


def fitting_tile(cut: Crop, mesh: Mesh, view: View) -> np.ndarray:
    """Shows the fitted head over the photo."""
    camera = cropped_camera(cut, view.camera)
    return render(mesh, camera, view.camera_from_head, background=cut.image, opacity=0.82)


def mesh_tile(mesh: Mesh, size: int = SIZE) -> np.ndarray:
    """Shows the face in clay, near enough to see its triangles."""
    return portrait(mesh, size, "wireframe", zoom=2.3)


def texture_tile(texture: Texture, size: int = SIZE) -> np.ndarray:
    """Shows the texture as it lies in its square."""
    return thumbnail(texture.image, size)


def model_tile(mesh: Mesh, texture: Texture, part_images: Mapping[str, np.ndarray], size: int = SIZE) -> np.ndarray:
    """Shows the finished head, turned a little."""
    return portrait(mesh, size, "textured", texture, part_images, yaw=-TURN)


def portrait(
    mesh: Mesh,
    size: int,
    style: str,
    texture: Texture | None = None,
    part_images: Mapping[str, np.ndarray] | None = None,
    yaw: float = TURN,
    zoom: float = 1.0,
) -> np.ndarray:
    """Renders a head alone in a square, `(size, size, 3)`.

    Args:
        mesh: the head.
        size: px.
        style: one of `drawing.render.STYLES`.
        texture: of the skin.
        part_images: of the other parts.
        yaw: radians; positive: the head turns to its own left.
        zoom: 1 shows the whole head; more, the face alone.
    """
    camera, pose = portrait_camera(mesh, size, yaw)
    if zoom > 1:
        # The middle of the face, a little below the eyes, comes to the middle of the picture.
        looked_at = project_head(camera, pose, np.array([[0.0, -35.0, 0.0]]))[0][0]
        centre = camera.centre + zoom * (camera.centre - looked_at)
        camera = Camera(size, size, camera.focal * zoom, centre)
    return render(mesh, camera, pose, style=style, texture=texture, part_images=part_images)


def portrait_camera(mesh: Mesh, size: int, yaw: float = 0.0) -> tuple[Camera, np.ndarray]:
    """Places a camera far in front of a head so that all of it is seen; gives it and `camera_from_head` `(4, 4)`."""
    low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
    centre, extent = (low + high) / 2, float((high - low).max())
    distance = 5 * extent
    rotation = camera_from_head_rotation(yaw, 0.0, 0.0)
    pose = rigid(rotation, np.array([0, 0, distance]) - rotation @ centre)
    return Camera(size, size, 0.9 * size * distance / extent, np.full(2, (size - 1) / 2)), pose


def cropped_camera(cut: Crop, camera: Camera) -> Camera:
    """Gives the camera that would have taken the crop."""
    size = cut.image.shape[0]
    return Camera(size, size, camera.focal * cut.scale, cut.to_crop(camera.centre[None])[0])


def data_uri(image: np.ndarray) -> str:
    """Writes a picture into a link."""
    return "data:image/jpeg;base64," + base64.b64encode(jpeg(image)).decode("ascii")


def jpeg(image: np.ndarray, quality: int = 86) -> bytes:
    """Writes a picture as JPEG."""
    ok, encoded = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not ok:
        raise ValueError(f"a picture of shape {image.shape} cannot be written as JPEG")
    return encoded.tobytes()
