"""What many tests share: heads are loaded once, and parts are opened once a session."""

from functools import cache

import numpy as np
import pytest
import skimage.data

from facerecon.core.errors import AssetError
from facerecon.core.types import Photo
from facerecon.morphable import HEADS


@pytest.fixture(scope="session")
def astronaut():
    return skimage.data.astronaut()


@pytest.fixture(scope="session")
def make_photo():
    return lambda image: Photo(np.ascontiguousarray(image), "", None, "test")


@pytest.fixture(scope="session")
def open_head():
    """Opens a head model once; skips the test where its data are not on this machine."""

    @cache
    def opened(name: str):
        try:
            return HEADS.create(name)
        except AssetError as error:
            pytest.skip(str(error))

    return opened


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
def fitted(parts):
    """Gives for photos and settings the steps of the pipeline's fit, and what came of them."""
    from facerecon.core.types import Fit
    from facerecon.morphable.fitting import FitStep
    from facerecon.pipeline import reconstruct_steps

    def run(photos, settings):
        steps, seen = reconstruct_steps(photos, settings, parts), []
        for step in steps:
            if isinstance(step.value, FitStep):
                seen.append(step.value)
            if isinstance(step.value, Fit):
                steps.close()
                return seen, step.value
        raise AssertionError

    return run


@pytest.fixture
def rng():
    return np.random.default_rng(0)
