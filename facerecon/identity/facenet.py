"""FaceNet's 512-d embedding: Inception-ResNet-v1, trained on VGGFace2."""

from __future__ import annotations

import numpy as np

from facerecon.assets import locate
from facerecon.identity.embedder import NetworkEmbedder
from facerecon.networks.inception_resnet import SIDE, InceptionResnet
from facerecon.networks.weights.facenet import read_facenet

MEAN_FACE = np.array(
    [[30.2946, 51.6963], [65.5318, 51.5014], [48.0252, 71.7366], [33.5493, 92.3655], [62.7299, 92.2041]]
)
"""Where the points lie in a tight box of 96×112 around a face (Liu et al. 2017, SphereFace, its public alignment)."""
BOX = np.array([96, 112])
SHARE = 0.8
"""Of the picture's side: the box that Sandberg trained with leaves a margin of some 32 px of 160."""


class FaceNet(NetworkEmbedder):
    """Embeds faces with FaceNet's network."""

    name = "facenet"
    assets = ("facenet",)
    threshold = 1.1**0.5  # 1.1 between squares
    threshold_source = "Schroff et al. 2015, figure 1: √1.1"
    side = SIDE
    template = (MEAN_FACE - (BOX - 1) / 2) * (SHARE * SIDE / BOX.mean()) + (SIDE - 1) / 2

    def load(self) -> InceptionResnet:
        """Reads the checkpoint."""
        return read_facenet(locate(self.assets[0]))
