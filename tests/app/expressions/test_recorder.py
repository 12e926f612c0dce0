"""What the camera's film is when it arrives, and what is not taken for one."""

import base64

import pytest

from facerecon.app.expressions import recorder
from facerecon.app.expressions.recorder import film_from


def test_a_film_comes_whole():
    content = bytes(range(256)) * 40
    assert film_from({"turn": 17, "content": base64.b64encode(content).decode()}) == ("film-17", content)


@pytest.mark.parametrize(
    "told",
    [None, {}, {"turn": 1}, {"turn": 1, "content": "?"}, {"turn": "x", "content": "AAAA"}, {"turn": 1, "content": ""}],
)
def test_what_is_no_film_is_left_alone(told):
    assert film_from(told) is None


def test_a_film_that_is_too_large_is_left_alone(monkeypatch):
    monkeypatch.setattr(recorder, "MOST_BYTES", 3)
    assert film_from({"turn": 1, "content": "AAAA"}) is not None
    assert film_from({"turn": 1, "content": "AAAAAAAA"}) is None
