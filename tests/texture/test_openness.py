import numpy as np
from synthetic_head import egg

from facerecon.texture.openness import openness


def test_convex_is_open_and_the_inside_closed():
    outer = egg(20, 40)
    assert openness(outer.vertices, outer.triangles).min() > 0.9
    count = len(outer.vertices)
    vertices = np.vstack([outer.vertices, outer.vertices * 0.6])
    triangles = np.vstack([outer.triangles, outer.triangles + count])
    found = openness(vertices, triangles)
    assert found[:count].min() > 0.9 and found[count:].max() < 0.05


def test_walls_take_away_half_the_sky():
    """A floor beside a high wall: near the wall about half of the sky is left, far off nearly all."""
    x = np.linspace(0, 20, 21)
    floor = np.array([[a, 0, b] for a in x for b in np.linspace(-30, 30, 31)])
    i = np.arange(21 * 31).reshape(21, 31)
    a, b, c, d = (k.ravel() for k in (i[:-1, :-1], i[:-1, 1:], i[1:, :-1], i[1:, 1:]))
    triangles = np.vstack([np.column_stack([a, b, c]), np.column_stack([b, d, c])])
    wall = np.array([[0, 0, -30], [0, 0, 30], [0, 40, -30], [0, 40, 30.0]])
    vertices = np.vstack([floor, wall - [0.5, 0, 0]])
    n = len(floor)
    triangles = np.vstack([triangles, [[n, n + 1, n + 2], [n + 1, n + 3, n + 2]]])
    found = openness(vertices, triangles)[:n].reshape(21, 31)[:, 15]
    assert 0.35 < found[1] < 0.65
    assert found[-1] > found[1] + 0.1


def test_lonely_vertices_are_open():
    mesh = egg(6, 12)
    assert openness(np.vstack([mesh.vertices, [[0, 0, 0]]]), mesh.triangles)[-1] == 1
