import numpy as np
import pytest

from facerecon.landmarks import LANDMARKERS

FACE = np.array([174.0, 73.0, 276.0, 175.0])
"""px: the box of the astronaut's face."""


@pytest.fixture(scope="session")
def face_mesh():
    with LANDMARKERS.create("mediapipe") as made:
        yield made


@pytest.fixture(scope="session")
def found(face_mesh, astronaut, make_photo):
    """The astronaut's landmarks."""
    return face_mesh.locate(make_photo(astronaut), FACE)
