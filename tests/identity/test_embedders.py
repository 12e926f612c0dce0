"""One contract for every entry of the table; and what the default one must do on a real face."""

import cv2
import numpy as np
import pytest
import torch
from public_facenet import random_checkpoint

from facerecon.assets import find
from facerecon.core.errors import SettingsError
from facerecon.identity import EMBEDDERS, facenet
from facerecon.identity.embedder import BATCH, Embedder
from facerecon.identity.embedding import distance

FIVE = np.array([[203.0, 101], [246, 103], [222, 127], [202, 139], [245, 140]])
"""The astronaut's."""


@pytest.fixture(scope="session")
def create(tmp_path_factory):
    """Makes embedders; FaceNet, whose weights may not be here, with random ones in a file of their layout."""
    path = tmp_path_factory.mktemp("weights") / "random.pt"
    torch.save(random_checkpoint(), path)

    def make(name):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(facenet, "locate", lambda asset: path)
            return EMBEDDERS.create(name)

    return make


@pytest.fixture(scope="module")
def default(create):
    with create(EMBEDDERS.default) as made:
        yield made


@pytest.mark.parametrize("name", list(EMBEDDERS))
def test_contract(name, create, astronaut, make_photo):
    with create(name) as embedder:
        photo = make_photo(astronaut)
        alone = embedder.embed(photo, FIVE)
        moved = [FIVE + [shift, 0] for shift in range(BATCH + 3)]  # more than one batch
        several = embedder.embed_batch([photo] * len(moved), moved)
        nothing = embedder.embed_batch([], [])
        black = embedder.embed(make_photo(np.zeros((1, 1, 3), np.uint8)), FIVE)
    assert isinstance(embedder, Embedder) and embedder.name == name and all(map(find, embedder.assets))
    assert 0 < embedder.threshold < 2 and embedder.threshold_source
    assert alone.embedder == name and np.linalg.norm(alone.vector) == pytest.approx(1)
    assert np.abs(several[0].vector - alone.vector).max() < 1e-5 and len(several) == len(moved) and nothing == []
    assert distance(several[0], several[1]) < distance(several[0], several[-1])
    assert np.isfinite(black.vector).all()
    embedder.close()


def test_unknown_embedders_and_devices_are_refused(create):
    with pytest.raises(SettingsError):
        EMBEDDERS.create("nobody")
    with pytest.raises(SettingsError):
        EMBEDDERS.create(device="abacus")


def looks_alike(image):
    """The same face seen otherwise: name, picture, five points."""
    turn = cv2.getRotationMatrix2D((224.5, 123.5), 25, 1.2)
    half = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    yield "mirrored", image[:, ::-1], (FIVE * [-1, 1] + [511, 0])[[1, 0, 2, 4, 3]]
    yield "turned", cv2.warpAffine(image, turn, (512, 512)), FIVE @ turn[:, :2].T + turn[:, 2]
    yield "half as large", half, (FIVE + 0.5) / 2 - 0.5
    yield "dark", (image * 0.4).astype(np.uint8), FIVE
    yield "points off", image, FIVE + np.random.default_rng(0).normal(0, 1.5, (5, 2))


def test_one_person_is_near_and_others_are_far(default, astronaut, make_photo, other_faces):
    original = default.embed(make_photo(astronaut), FIVE)
    for name, image, five in looks_alike(astronaut):
        assert distance(default.embed(make_photo(image), five), original) < 0.75 * default.threshold, name
    for photo, five in other_faces:
        assert distance(default.embed(photo, five), original) > default.threshold


@pytest.fixture(scope="module")
def other_faces(parts):
    """The bundled subjects, who do not exist, with their five points."""
    from facerecon.landmarks.schemes import convert
    from facerecon.samples import load_sample

    photos = [load_sample(f"synthetic_{number}") for number in (1, 2, 3)]
    boxes = [parts.detector.detect(photo).boxes[0] for photo in photos]
    found = [parts.landmarker.locate(photo, box) for photo, box in zip(photos, boxes, strict=True)]
    return [(photo, convert(marks, "five").points) for photo, marks in zip(photos, found, strict=True)]
