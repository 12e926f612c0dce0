import numpy as np
import torch

from facerecon.networks.pixels import as_pixels
from facerecon.networks.retinaface import MEAN, normalised


def test_channels_come_first_and_views_with_negative_strides_are_taken():
    pictures = np.random.default_rng(0).integers(0, 256, (2, 5, 7, 3), dtype=np.uint8)
    for given in (pictures, pictures[:, :, ::-1]):
        tensor = as_pixels(given)
        assert tensor.dtype == torch.float32 and np.array_equal(tensor.numpy().transpose(0, 2, 3, 1), given)
    blue_first = normalised(pictures).numpy().transpose(0, 2, 3, 1)
    assert np.array_equal(blue_first, (pictures.astype(np.float32) - np.float32(MEAN))[..., ::-1])
