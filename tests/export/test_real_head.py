"""The real chain's head, written and read again."""

import io
import subprocess

import cv2
import numpy as np
import pytest
from glb_reader import Glb
from PIL import Image
from test_glb import CHECK

from facerecon.core.types import Mesh, Texture
from facerecon.drawing.render import render
from facerecon.drawing.shading import FLAT
from facerecon.export import glb_bytes, write_glb


@pytest.fixture(scope="module")
def content(astronaut_head) -> bytes:
    return glb_bytes(astronaut_head)


def test_khronos_finds_nothing(astronaut_head, validator, tmp_path):
    write_glb(astronaut_head, tmp_path / "head.glb")
    command = ["node", "-e", CHECK, str(validator), str(tmp_path / "head.glb")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_file_is_small(content):
    assert len(content) < 10_000_000


def test_the_file_looks_like_the_photo(astronaut_head, content):
    """What another program reads from the file, seen through the fitted camera, is the face in the photo."""
    glb = Glb(content)
    skin = glb.json["meshes"][0]["primitives"][0]
    vertices = glb.accessor(skin["attributes"]["POSITION"]) * 1000.0
    triangles = glb.accessor(skin["indices"]).reshape(-1, 3)
    mesh = Mesh(vertices, triangles, glb.accessor(skin["attributes"]["TEXCOORD_0"]), triangles)
    image = np.asarray(Image.open(io.BytesIO(glb.image(skin["material"]))))
    photo, view = astronaut_head.photos[0].image, astronaut_head.fit.views[0]
    texture = Texture(image, np.zeros(image.shape[:2], np.uint8))
    seen = render(mesh, view.camera, view.camera_from_head, style="textured", texture=texture, lighting=FLAT)
    # Around the nose, away from eyes and mouth, which are parts of their own.
    points = astronaut_head.landmarks[0].points
    low, high = points[[117, 164]].min(axis=0).astype(int), points[[346, 164]].max(axis=0).astype(int)
    window = np.s_[low[1] : high[1], low[0] : high[0]]
    # Texels are a few photo pixels here: compare what both can show.
    blurred = [cv2.GaussianBlur(picture[window].astype(np.float32), (0, 0), 1.5) for picture in (seen, photo)]
    assert np.abs(blurred[0] - blurred[1]).mean() < 3
    mirrored = np.abs(blurred[0][:, ::-1] - blurred[1]).mean()
    assert mirrored > 1.5 * np.abs(blurred[0] - blurred[1]).mean()
