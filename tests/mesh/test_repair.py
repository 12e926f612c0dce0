import numpy as np
import pytest
import shapes

from facerecon.core.types import Mesh
from facerecon.geometry.edge_table import edge_table
from facerecon.geometry.intersections import self_intersections
from facerecon.geometry.topology import border_loops, corner_fans, enclosed_volume, euler_characteristic
from facerecon.mesh.repair import repair

BALL, DOME = shapes.sphere(3), shapes.dome(9)


def is_clean(mesh):
    table = edge_table(mesh.triangles)
    fans = len(np.unique(corner_fans(mesh.triangles))) == len(np.unique(mesh.triangles))
    directed = np.stack([mesh.triangles, np.roll(mesh.triangles, -1, axis=1)], axis=2).reshape(-1, 2)
    return (table.count == 2).all() and fans and len(np.unique(directed, axis=0)) == len(directed)


def test_what_is_whole_stays_as_it_is():
    vertices, triangles = shapes.torus()[:2]
    mended = repair(Mesh(vertices, triangles, vertices[:, :2] / 9 + 0.5, triangles))
    assert (mended.welded, mended.dropped, mended.cut, mended.turned, mended.filled, mended.tangled) == (0,) * 6
    assert mended.mesh.uv is not None and len(mended.mesh.triangles) == len(triangles)
    assert enclosed_volume(mended.mesh.vertices, mended.mesh.triangles) == pytest.approx(
        enclosed_volume(vertices, triangles)
    )


def test_a_heap_of_triangles_becomes_a_ball(rng):
    """Unwelded, shuffled, a third of it wound wrongly, with twins and needles and three holes."""
    vertices, triangles = BALL
    holes = np.isin(triangles, [0, 100, 200]).any(axis=1)
    rest = triangles[~holes]
    soup = vertices[rest[rng.permutation(len(rest))]]
    flip = rng.uniform(size=len(soup)) < 0.3
    soup[flip] = soup[flip, ::-1]
    needles = np.repeat(soup[:4, :1], 3, axis=1)
    soup = np.concatenate([soup, soup[:5, [1, 2, 0]], needles])
    mended = repair(Mesh(soup.reshape(-1, 3), np.arange(len(soup) * 3).reshape(-1, 3)))
    assert is_clean(mended.mesh) and euler_characteristic(mended.mesh.triangles) == 2
    assert mended.dropped == 9 and mended.filled == 3
    assert mended.turned in (flip.sum(), len(rest) - flip.sum())
    volume = enclosed_volume(mended.mesh.vertices, mended.mesh.triangles)
    assert volume == pytest.approx(enclosed_volume(vertices, triangles), rel=0.02)


def test_a_fork_and_a_pinch_are_cut():
    vertices, triangles = BALL
    fin = np.concatenate([vertices, [[2.0, 0.1, 0.2]]])
    edge = edge_table(triangles).ends[10]
    forked = repair(Mesh(fin, np.concatenate([triangles, [[*edge, len(vertices)]]])), largest_hole=0, untangle=False)
    assert edge_table(forked.mesh.triangles).count.max() == 2 and forked.cut >= 2
    top = int(np.argmax(vertices[:, 2]))
    twin = np.where(triangles == top, top, triangles + len(vertices))
    apart = np.concatenate([vertices, vertices * [1, 1, -1] + [0, 0, 2]])
    pinched = repair(Mesh(apart, np.concatenate([triangles, twin[:, ::-1]])))
    assert pinched.cut == 1 and is_clean(pinched.mesh) and euler_characteristic(pinched.mesh.triangles) == 4


def test_a_band_of_one_side_only_does_not_hang():
    angle = np.linspace(0, 2 * np.pi, 21)[:-1]
    ring = np.column_stack([np.cos(angle), np.sin(angle), 0 * angle])
    half = np.column_stack([np.cos(angle / 2) * np.cos(angle), np.cos(angle / 2) * np.sin(angle), np.sin(angle / 2)])
    vertices = np.concatenate([ring + 0.3 * half, ring - 0.3 * half])
    i = np.arange(20)
    j = (i + 1) % 20
    other, other_next = i + 20, np.where(j == 0, 0, j + 20)
    j = np.where(j == 0, 20, j)
    triangles = np.concatenate([np.column_stack([i, j, other]), np.column_stack([other, j, other_next])])
    assert len(repair(Mesh(vertices, triangles), largest_hole=0).mesh.triangles) == 40


@pytest.mark.parametrize("spike", [[0.03, 0.02, -1.5], [1.3, 1.0, 0.3]])
def test_a_spike_through_the_surface_is_cut_off(spike):
    vertices, triangles = BALL
    vertices = vertices.copy()
    top = np.argmax(vertices[:, 2])
    vertices[top] = spike
    mesh = Mesh(vertices, triangles)
    mended = repair(mesh)
    assert mended.untangled == len(self_intersections(vertices, triangles)) > 0 and mended.tangled == 0
    assert is_clean(mended.mesh) and euler_characteristic(mended.mesh.triangles) == 2
    volume = enclosed_volume(mended.mesh.vertices, mended.mesh.triangles)
    assert volume == pytest.approx(enclosed_volume(*BALL), rel=0.05)


def test_only_small_holes_are_closed():
    vertices, triangles = DOME
    inner = triangles[~(triangles == 40).any(axis=1)]
    mesh = Mesh(vertices, inner, parts=np.zeros(len(inner), dtype=int))
    mended = repair(mesh, largest_hole=10)
    assert mended.filled == 1 and len(border_loops(mended.mesh.triangles)) == 1
    assert len(mended.mesh.parts) == len(mended.mesh.triangles) == len(inner) + 4
    assert len(border_loops(repair(mesh, largest_hole=0).mesh.triangles)) == 2


def test_untangling_leaves_the_borders_that_were_there():
    vertices, triangles = BALL
    vertices = vertices.copy()
    vertices[np.argmax(vertices[:, 2])] = [1.3, 1.0, 0.3]
    rest = triangles[~(triangles == np.argmin(vertices[:, 2])).any(axis=1)]
    mended = repair(Mesh(vertices, rest), largest_hole=0)
    assert mended.untangled > 0 and mended.tangled == 0
    assert len(border_loops(mended.mesh.triangles)) == 1


def test_a_lid_makes_no_fork_where_its_chord_is_an_edge_already():
    """A folded square: the least lid over its border folds along the same diagonal."""
    a, b, c, d = [0.3, 0.3, 0], [1, 0, 0.5], [0.7, 0.7, 0], [0, 1, 0.5]
    vertices = np.array([a, b, c, d, np.mean([a, b, c], axis=0), np.mean([a, c, d], axis=0)])
    triangles = np.array([[0, 1, 4], [1, 2, 4], [2, 0, 4], [0, 2, 5], [2, 3, 5], [3, 0, 5]])
    mended = repair(Mesh(vertices, triangles), untangle=False)
    assert mended.filled == 1 and is_clean(mended.mesh)


def test_pieces_may_cross_and_crumbs_go():
    """An eyeball in its socket is two pieces: nothing is cut there; a lone triangle is no piece."""
    vertices, triangles = BALL
    both = np.concatenate([vertices, 0.4 * vertices + [0.8, 0.03, 0.02], [[3, 0, 0], [4, 0, 0], [3, 1, 0]]])
    crumb = [[2 * len(vertices), 2 * len(vertices) + 1, 2 * len(vertices) + 2]]
    mended = repair(Mesh(both, np.concatenate([triangles, triangles + len(vertices), crumb])))
    assert mended.crumbs == 1 and mended.untangled == mended.tangled == 0
    assert len(mended.mesh.triangles) == 2 * len(triangles) and len(self_intersections(*_shape(mended.mesh))) > 0


def _shape(mesh):
    return mesh.vertices, mesh.triangles
