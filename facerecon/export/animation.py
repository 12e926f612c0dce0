"""Puts a moving face into a GLB: an animation of the morph targets' weights (glTF 2.0, section 3.11)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pygltflib as gl

from facerecon.core.arrays import check_shape
from facerecon.core.errors import SettingsError
from facerecon.core.track import Track
from facerecon.core.types import Reconstruction
from facerecon.export.atomic import write_files
from facerecon.export.glb import glb_bytes


def write_animated_glb(source: Reconstruction, track: Track, path: Path | str, name: str = "expressions") -> None:
    """Writes a GLB file that moves, whole or not at all; see `animated_glb`."""
    write_files({Path(path): animated_glb(source, track, name)})


def animated_glb(source: Reconstruction, track: Track, name: str = "expressions") -> bytes:
    """Builds a GLB file of a head that plays a track when it is opened.

    The base shape is the face at rest, so that a weight of 1 is one whole expression; between two keys the weights are
    linear, x(t) = x₀ + Σₖ wₖ(t) Δₖ.

    Args:
        source: a head with expressions.
        track: `(K, 52)` weights.
        name: of the animation, for menus.

    Raises:
        SettingsError: the head has no expressions to move.
    """
    if not len(source.morphs):
        raise SettingsError("This head has no expressions that could be animated.")
    check_shape(track.weights, (len(track.times), len(source.morphs)), "Track.weights")
    gltf = gl.GLTF2.load_from_bytes(glb_bytes(source, neutral_base=True))
    times, weights = track.times - track.times[0], track.weights
    sampler = gl.AnimationSampler(
        input=_append(gltf, times, bounds=True), output=_append(gltf, weights.ravel()), interpolation="LINEAR"
    )
    # Of all nodes the one that has the mesh: a skeleton's joints have none.
    node = next(index for index, one in enumerate(gltf.nodes) if one.mesh is not None)
    channel = gl.AnimationChannel(sampler=0, target=gl.AnimationChannelTarget(node=node, path="weights"))
    gltf.animations = [gl.Animation(name=name, samplers=[sampler], channels=[channel])]
    return b"".join(gltf.save_to_bytes())


def _append(gltf: gl.GLTF2, values: np.ndarray, bounds: bool = False) -> int:
    """Appends `(N,)` numbers to the binary half as float32 and gives their accessor's index."""
    numbers, blob = np.ascontiguousarray(values, np.float32), gltf.binary_blob()
    blob += b"\0" * (-len(blob) % numbers.itemsize)
    gltf.bufferViews.append(gl.BufferView(buffer=0, byteOffset=len(blob), byteLength=numbers.nbytes))
    accessor = gl.Accessor(
        bufferView=len(gltf.bufferViews) - 1, componentType=gl.FLOAT, count=len(numbers), type=gl.SCALAR
    )
    if bounds:
        accessor.min, accessor.max = [float(numbers.min())], [float(numbers.max())]
    gltf.accessors.append(accessor)
    gltf.set_binary_blob(blob + numbers.tobytes())
    gltf.buffers[0].byteLength = len(blob) + numbers.nbytes
    return len(gltf.accessors) - 1
