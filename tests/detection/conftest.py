import cv2
import numpy as np
import pytest
import skimage.data

FACE = np.array([174.0, 73.0, 276.0, 175.0])
"""px: the box of the astronaut's face, measured by hand to some 10 px."""


@pytest.fixture(scope="session")
def scene(astronaut):
    """Puts the astronaut, scaled so that the face is `size` px wide, into a large picture; gives it and the box."""

    def make(size, left, top, shape=(3000, 4000)):
        rocket = skimage.data.rocket()
        image = np.tile(rocket, (shape[0] // rocket.shape[0] + 1, shape[1] // rocket.shape[1] + 1, 1))
        image = image[: shape[0], : shape[1]].copy()
        scale = size / (FACE[2] - FACE[0])
        small = cv2.resize(astronaut, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        image[top : top + small.shape[0], left : left + small.shape[1]] = small
        return image, (FACE + 0.5) * scale - 0.5 + [left, top, left, top]

    return make
