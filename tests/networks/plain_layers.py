"""The layers of TensorFlow's networks once more, in plain numpy, one output number at a time."""

import numpy as np


def conv(image, kernel, stride, padding):
    """`(H, W, C)` by `(h, w, C, F)`; padding is TensorFlow's “same” or “valid”."""
    height, width = kernel.shape[:2]
    if padding == "same":
        need = [
            max((-(-n // stride) - 1) * stride + k - n, 0)
            for n, k in zip(image.shape[:2], kernel.shape[:2], strict=True)
        ]
        image = np.pad(image, [(n // 2, n - n // 2) for n in need] + [(0, 0)])
    rows, columns = ((n - k) // stride + 1 for n, k in zip(image.shape[:2], kernel.shape[:2], strict=True))
    out = np.zeros((rows, columns, kernel.shape[3]))
    for i in range(rows):
        for j in range(columns):
            patch = image[i * stride : i * stride + height, j * stride : j * stride + width]
            out[i, j] = np.tensordot(patch, kernel, 3)
    return out


def separable_conv(image, depthwise, pointwise, bias, stride):
    """`(H, W, C)` by `(h, w, C, 1)` and `(1, 1, C, F)`."""
    each = [conv(image[..., c : c + 1], depthwise[:, :, c : c + 1], stride, "same") for c in range(image.shape[2])]
    return conv(np.concatenate(each, axis=2), pointwise, 1, "same") + bias


def pool(image, size, stride, reduce):
    """Reduces squares of `(H, W, C)` that lie wholly inside."""
    rows, columns = ((n - size) // stride + 1 for n in image.shape[:2])
    squares = [
        [
            reduce(image[i * stride : i * stride + size, j * stride : j * stride + size], axis=(0, 1))
            for j in range(columns)
        ]
        for i in range(rows)
    ]
    return np.array(squares)


def relu(values):
    return np.maximum(values, 0)
