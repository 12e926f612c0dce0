import numpy as np
import pytest
import shapes

from facerecon.core.types import Mesh
from facerecon.mesh.report import mesh_report


def test_a_cube_and_a_torus():
    told = mesh_report(Mesh(*shapes.cube(4, 2.0)))
    assert (told.euler, told.handles, told.borders, told.pieces) == (2, 0, 0, 1)
    assert told.manifold and told.watertight and told.crossings == 0
    assert (told.area, told.volume) == pytest.approx((24, 8))
    np.testing.assert_allclose(told.smallest_angle, 45)
    np.testing.assert_allclose(told.aspect, (1 + np.sqrt(2)) / 2)
    assert mesh_report(Mesh(*shapes.torus()[:2])).handles == 1


def test_borders_pieces_and_faults_are_counted():
    vertices, triangles = shapes.dome(9)
    far = np.concatenate([vertices, vertices + [0, 0, 5]])
    two = mesh_report(Mesh(far, np.concatenate([triangles, triangles + len(vertices)])))
    assert (two.pieces, two.borders, two.handles) == (2, 2, 0) and two.manifold and not two.watertight
    wrong = triangles.copy()
    wrong[36] = wrong[36, ::-1]
    assert mesh_report(Mesh(vertices, wrong)).miswound == 3
    edge = triangles[36, :2]
    forked = np.concatenate([vertices, [[0, 0, 2.0]]]), np.concatenate([triangles, [[*edge, len(vertices)]]])
    assert mesh_report(Mesh(*forked)).forks == 1
    ball = shapes.sphere(2)[1]
    pinched = mesh_report(
        Mesh(
            np.concatenate([shapes.sphere(2)[0], shapes.sphere(2)[0] + 3]),
            np.concatenate([ball, np.where(ball == 0, 0, ball + ball.max() + 1)]),
        )
    )
    assert pinched.pinches == 1 and not pinched.manifold
    assert mesh_report(Mesh(vertices, triangles), crossings=False).crossings is None
