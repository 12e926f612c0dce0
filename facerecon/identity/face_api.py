"""dlib's 128-d face descriptor, with the weights of face-api."""

from __future__ import annotations

import numpy as np

from facerecon.assets import locate
from facerecon.identity.embedder import NetworkEmbedder
from facerecon.networks.face_recognition import SIDE, FaceRecognition
from facerecon.networks.weights.face_api import read_face_api

MEAN_FACE = np.array(
    [[0.225492, 0.21599], [0.754761, 0.21599], [0.490127, 0.515625], [0.254149, 0.780233], [0.726104, 0.780233]]
)
"""Five points of dlib's average face (`get_face_chip_details`): mean of an eye's six points, nose, mouth."""
PADDING = 0.25
"""Of that face's side, on each side: what dlib trained with."""
RAW_THRESHOLD = 0.6
"""Between descriptors as the network gives them: 99.38 % of LFW's pairs are told rightly (dlib, its models' README)."""
MEAN_LENGTH = 1.46
"""Of such descriptors; 1.37 to 1.52 on the 29 faces of `benchmarks/identity.py`."""


class FaceApi(NetworkEmbedder):
    """Embeds faces with dlib's network."""

    name = "face-api"
    assets = ("face_recognition", "face_recognition_manifest")
    threshold = RAW_THRESHOLD / MEAN_LENGTH
    threshold_source = "dlib: 0.6 / 1.46"
    side = SIDE
    template = (MEAN_FACE + PADDING) / (1 + 2 * PADDING) * SIDE - 0.5

    def load(self) -> FaceRecognition:
        """Reads the weights that face-api converted from dlib's."""
        return FaceRecognition.from_face_api(read_face_api(*map(locate, self.assets)))
