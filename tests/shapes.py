"""Surfaces whose every measure is known."""

import numpy as np


def grid(rows, columns, wrap_rows=False, wrap_columns=False):
    """Triangles of a grid of rows x columns points."""
    i, j = np.meshgrid(np.arange(rows - (not wrap_rows)), np.arange(columns - (not wrap_columns)), indexing="ij")
    a, b = i * columns + j, i * columns + (j + 1) % columns
    c, d = (i + 1) % rows * columns + j, (i + 1) % rows * columns + (j + 1) % columns
    return np.concatenate([np.stack([a, c, b], -1).reshape(-1, 3), np.stack([b, c, d], -1).reshape(-1, 3)])


def sphere(times=3, radius=1.0):
    """An octahedron split some times, its points put on the sphere."""
    vertices = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [-1, 0, 0], [0, -1, 0], [0, 0, -1.0]])
    triangles = np.array([[0, 1, 2], [1, 3, 2], [3, 4, 2], [4, 0, 2], [1, 0, 5], [3, 1, 5], [4, 3, 5], [0, 4, 5]])
    for _ in range(times):
        corners = vertices[triangles]
        a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
        ab, bc, ca = (a + b) / 2, (b + c) / 2, (c + a) / 2
        soup = np.concatenate([np.stack(t, 1) for t in ((a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca))])
        keys, triangles = np.unique(np.round(soup.reshape(-1, 3), 9), axis=0, return_inverse=True)
        vertices = keys / np.linalg.norm(keys, axis=1, keepdims=True)
        triangles = triangles.reshape(-1, 3)
    return radius * vertices, triangles


def torus(around=48, across=24, far=3.0, near=1.0):
    """Gives vertices, triangles, and the angle around the tube, 0 outermost."""
    u, v = np.meshgrid(np.arange(around) * 2 * np.pi / around, np.arange(across) * 2 * np.pi / across, indexing="ij")
    ring = far + near * np.cos(v)
    vertices = np.stack([ring * np.cos(u), ring * np.sin(u), near * np.sin(v)], -1).reshape(-1, 3)
    return vertices, grid(around, across, True, True), v.ravel()


def cube(side=8, size=1.0):
    """A cube of side x side squares a face, welded."""
    t = np.linspace(0, size, side + 1)
    y, x = np.meshgrid(t, t, indexing="ij")
    flat = np.stack([x.ravel(), y.ravel(), np.full(x.size, size)], 1)
    faces = []
    for axis in range(3):
        turned = np.roll(flat, axis, axis=1)
        faces += [turned, (size - turned)[:, :]]
    soup_triangles = []
    for k in range(6):
        triangles = grid(side + 1, side + 1)
        points = faces[k]
        a, b, c = points[triangles[0]]
        outward = np.cross(b - a, c - a) @ (points.mean(axis=0) - size / 2) > 0
        soup_triangles.append(points[triangles if outward else triangles[:, ::-1]])
    soup = np.concatenate(soup_triangles).reshape(-1, 3)
    keys, triangles = np.unique(np.round(soup, 9), axis=0, return_inverse=True)
    return keys, triangles.reshape(-1, 3)


def dome(side=20, height=0.3):
    """An open square that bulges."""
    y, x = np.meshgrid(np.linspace(-1, 1, side), np.linspace(-1, 1, side), indexing="ij")
    z = height * np.cos(np.pi * x / 2) * np.cos(np.pi * y / 2)
    return np.stack([x, y, z], -1).reshape(-1, 3), grid(side, side)[:, ::-1]
