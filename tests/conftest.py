"""What many tests share: heads are loaded once, and parts are opened once a session."""

import numpy as np
import pytest
import skimage.data

from facerecon.core.types import Photo
from facerecon.morphable import HEADS


@pytest.fixture(scope="session")
def astronaut():
    return skimage.data.astronaut()


@pytest.fixture(scope="session")
def make_photo():
    return lambda image: Photo(np.ascontiguousarray(image), "", None, "test")


@pytest.fixture(scope="session")
def anny():
    return HEADS.create("anny")


@pytest.fixture(scope="session")
def parts():
    from facerecon.pipeline import Parts, Settings

    opened = Parts(Settings(texture_size=512))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def astronaut_head(parts):
    """The astronaut's reconstruction with a small texture."""
    from facerecon.pipeline import reconstruct
    from facerecon.samples import load_sample

    return reconstruct([load_sample("astronaut")], texture_size=512, parts=parts)


@pytest.fixture
def rng():
    return np.random.default_rng(0)
