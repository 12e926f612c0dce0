"""What the page writes is what the shell reads."""

import json

import numpy as np

from facerecon.app.landmarks.editor import as_file
from facerecon.app.landmarks.subject import PARTS, groups_of, part_of
from facerecon.commands.corrections import corrected_landmarks
from facerecon.core.types import Photo
from facerecon.landmarks.schemes import NAMES, scheme


def test_corrected_points_come_back_by_photo(tmp_path, rng):
    image = np.zeros((8, 8, 3), np.uint8)
    photos = [Photo(image, f"digest{number}", None, "the same name.jpg") for number in range(3)]
    points = rng.uniform(0, 900, (478, 2))
    file = tmp_path / "landmarks.json"
    file.write_text(as_file(photos, (None, points, None)), "utf-8")
    first, second, third = corrected_landmarks(file, photos)
    assert first is None and third is None
    np.testing.assert_allclose(second, points, atol=5.1e-4)
    assert json.loads(as_file(photos, ())) == {}


def test_every_point_belongs_to_one_part():
    for name in NAMES:
        for index in range(scheme(name).count):
            part = part_of(name, index)
            inside = any(index in rows for rows in groups_of(name, part).values())
            in_any = any(index in rows for rows in scheme(name).groups.values())
            assert inside or (part == "cheek" and not in_any)
    covered = {group for groups in PARTS.values() for group in groups}
    assert covered == {group for name in NAMES for group in scheme(name).groups}
