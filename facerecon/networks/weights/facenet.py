"""Puts the weights of facenet-pytorch (Tim Esler, MIT; after David Sandberg's facenet) into our Inception-ResNet-v1."""

from __future__ import annotations

import re
from pathlib import Path

import torch

from facerecon.core.errors import AssetError
from facerecon.networks.inception_resnet import InceptionResnet
from facerecon.networks.weights.checkpoint import read_checkpoint

STEM = ("conv2d_1a", "conv2d_2a", "conv2d_2b", "maxpool_3a", "conv2d_3b", "conv2d_4a", "conv2d_4b")
"""Their names of our `stem`, in order."""
RULES = (
    (rf"^({'|'.join(STEM)})\.", lambda found: f"stem.{STEM.index(found[1])}."),
    (r"^repeat_1\.", "stage35."),
    (r"^mixed_6a\.", "reduction17."),
    (r"^repeat_2\.", "stage17."),
    (r"^mixed_7a\.", "reduction8."),
    (r"^repeat_3\.", "stage8."),
    (r"^block8\.", "stage8.5."),
    (r"\.branch(\d)\.", r".branches.\1."),
    (r"\.conv2d\.", ".mix."),
    (r"\.bn\.", ".norm."),
    (r"^last_linear\.", "embedding."),
    (r"^last_bn\.", "norm."),
)
"""Their name of an array → ours, applied one after the other."""
CLASSIFIER = "logits."
"""Tells the persons of the training set apart; of no use here."""


def read_facenet(path: Path) -> InceptionResnet:
    """Makes the network with the weights of a checkpoint, ready to be asked.

    Raises:
        AssetError: it is no checkpoint of this network.
    """
    arrays = read_checkpoint(path)
    state = {_name(key): torch.from_numpy(array) for key, array in arrays.items() if not key.startswith(CLASSIFIER)}
    network = InceptionResnet()
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        raise AssetError(f"{Path(path).name} does not hold the weights of an Inception-ResNet-v1.") from error
    return network.eval()


def _name(key: str) -> str:
    """Translates one name."""
    for pattern, ours in RULES:
        key = re.sub(pattern, ours, key)
    return key
