import numpy as np

from facerecon.geometry.quality import aspect_ratio, triangle_quality


def test_known_shapes():
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0.5, np.sqrt(0.75), 0], [0.5, 0, 0], [0.0, 1, 0]])
    quality = triangle_quality(vertices, np.array([[0, 1, 2], [0, 1, 3], [0, 1, 4], [0, 0, 0]]))
    np.testing.assert_allclose(quality, [1, 0, np.sqrt(3) / 2, 0], atol=1e-12)


def test_neither_size_nor_motion_nor_order_matters():
    rng = np.random.default_rng(0)
    vertices, triangles = rng.normal(size=(90, 3)), np.arange(90).reshape(-1, 3)
    quality = triangle_quality(vertices, triangles)
    assert ((quality > 0) & (quality <= 1)).all()
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    np.testing.assert_allclose(triangle_quality(vertices @ turn.T * 37 + 5, triangles), quality, atol=1e-12)
    np.testing.assert_allclose(triangle_quality(vertices, triangles[:, [2, 0, 1]]), quality, atol=1e-12)


def test_aspect_ratios():
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0.5, np.sqrt(0.75), 0], [3.0, 0, 0], [0, 4, 0], [0.5, 0, 0]])
    ratio = aspect_ratio(vertices, np.array([[0, 1, 2], [0, 3, 4], [0, 1, 5], [0, 0, 0]]))
    np.testing.assert_allclose(ratio, [1, 2.5 / 2, np.inf, np.inf])  # 3 4 5: R = 2.5, r = 1
