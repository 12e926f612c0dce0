"""The code that is shown is the code that ran."""

import ast
import inspect

import pytest

from facerecon.app.code import source, where
from facerecon.detection.mediapipe import BlazeFace
from facerecon.mesh.subdivide import subdivide


@pytest.mark.parametrize("function", [subdivide, BlazeFace.detect])
def test_the_source_is_the_one_that_was_imported(function):
    shown = source(function)
    (definition,) = ast.parse(shown).body  # a method moved to the margin is still Python
    assert definition.name == function.__name__
    assert ast.get_docstring(definition) == inspect.getdoc(function)
    lines = [line.strip() for line in shown.splitlines()]
    assert lines == [line.strip() for line in inspect.getsource(function).rstrip().splitlines()]


def test_a_method_is_named_with_its_class():
    assert where(BlazeFace.detect) == "facerecon.detection.mediapipe.BlazeFace.detect"
