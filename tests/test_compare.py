"""The command `compare`: DESIGN's contract of its JSON and exit status."""

import json

import numpy as np
import pytest
import skimage.data
from PIL import Image

from facerecon.cli import main
from facerecon.identity import EMBEDDERS
from facerecon.samples import load_sample


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    astronaut = skimage.data.astronaut()
    pictures = {
        "a": astronaut,
        "small": np.asarray(Image.fromarray(astronaut).resize((300, 300))),
        "other": load_sample("synthetic_2").image,
        "rocket": skimage.data.rocket(),
    }
    for name, picture in pictures.items():
        Image.fromarray(picture).save(folder / f"{name}.png")
    return {name: str(folder / f"{name}.png") for name in pictures}


def compared(capfd, *words):
    assert main(["compare", *words]) == 0
    captured = capfd.readouterr()
    assert captured.err == ""
    return json.loads(captured.out)


def test_same_and_different(files, capfd):
    same = compared(capfd, files["a"], files["small"])
    assert {"distance", "threshold", "same", "embedding"} <= set(same)
    assert same["embedding"] == EMBEDDERS.default and same["same"] is True
    assert 0 < same["distance"] < same["threshold"] < 2
    different = compared(capfd, files["a"], files["other"])
    assert different["same"] is False and different["distance"] > different["threshold"] == same["threshold"]
    back = compared(capfd, files["other"], files["a"])
    assert back["distance"] == pytest.approx(different["distance"], abs=1e-6)
    assert [photo["name"] for photo in back["photos"]] == ["other.png", "a.png"]
    assert compared(capfd, files["a"], files["a"])["distance"] < 1e-6


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["a", "rocket"], 3),
        (["a"], 2),
        (["a", "missing.png"], 2),
        (["a", "small", "--embedder", "nobody"], 2),
        (["a", "small", "--device", "abacus"], 2),
    ],
)
def test_errors_are_one_line(files, capfd, words, status):
    assert main(["compare", *(files.get(word, word) for word in words)]) == status
    captured = capfd.readouterr()
    assert captured.out == "" and captured.err.startswith("facerecon: ") and captured.err.count("\n") == 1


def test_weights_that_cannot_be_had(files, capfd, tmp_path, monkeypatch):
    import facerecon.commands.preparation as preparation
    from facerecon.core.errors import AssetError

    whole = preparation.locate

    def without(name, progress=None):
        if name == "facenet":
            raise AssetError("20180402-114759-vggface2.pt could not be had.")
        return whole(name, progress)

    monkeypatch.setattr(preparation, "locate", without)
    assert main(["compare", files["a"], files["small"], "--embedder", "facenet"]) == 4
    assert capfd.readouterr().err == "facerecon: 20180402-114759-vggface2.pt could not be had.\n"
