"""Teaches the learned head start: `python -m scripts.head_start.train FILE ...`, files of `scripts/head/photos.py`.

The straight part of the network is found at once by ridge regression, the bent one by some steps of AdamW from there.
Of five parts of the people, each is held out once: what is said of them gives the errors that are recorded, their
covariance, how alike they are in several photos of one person, and which landmarks are strange. Then all are learnt
from. Writes `learned_head_start.npz` and `.json` into `facerecon/morphable/data`. Takes some ten minutes. The shipped
weights are of `photos ict` 6000 240 and 6500 200, and of `photos anny` 6000 180.
"""

from __future__ import annotations

import argparse
import json
import math
import pickle
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from facerecon.core.arkit import ARKIT_NAMES
from facerecon.landmarks.schemes import scheme
from facerecon.morphable.anny import AnnyHead
from facerecon.morphable.learned_start import OF_FAMILIAR, OF_NETWORK, RECORD, SCHEME, TERMS, WEIGHTS, Aligner
from facerecon.networks.identity_from_landmarks import IdentityFromLandmarks
from scripts.head.landmark_errors import ODD
from scripts.head_start.held_out import FaceError, errors_of, familiar, held_out
from scripts.head_start.lessons import LOPSIDED, SWAP, Lessons, imagined, rendered

SEED, FOLDS = 20261126, 5
IMAGINED = 8_000
"people in photos that are never rendered"
RENDERED = 10.0
"how much a rendered photo counts over an imagined one"
FEATURES, RIDGE = 100, 10.0
STEPS, BATCH, RATE, DECAY = 800, 256, 5e-4, 0.1
"of AdamW; its rate rises for a tenth of the steps and falls like a cosine"
SLOW = 0.3
"how fast the first layer learns over the others"


def tensors(lessons: Lessons) -> tuple[Tensor, Tensor, Tensor]:
    """Gives the network's inputs."""
    flat = lessons.offsets.reshape(len(lessons), -1), lessons.scores, lessons.terms[:, :TERMS]
    return tuple(torch.from_numpy(np.ascontiguousarray(one, np.float32)) for one in flat)


def ridge(lessons: Lessons, weights: np.ndarray) -> IdentityFromLandmarks:
    """Makes a network whose features are principal components, and whose straight part is ridge regression."""
    offsets = lessons.offsets.reshape(len(lessons), -1)
    middle = offsets.mean(axis=0)
    sizes, axes = np.linalg.eigh(np.cov(offsets.T))
    axes = axes[:, ::-1][:, :FEATURES].T * (3 / np.sqrt(sizes[-1]))
    network = IdentityFromLandmarks(offsets.shape[1], len(ARKIT_NAMES), TERMS, lessons.identity.shape[1], FEATURES)
    with torch.no_grad():
        network.gather.weight.copy_(torch.from_numpy(axes))
        network.gather.bias.copy_(torch.from_numpy(-axes @ middle))
        known = network.posed(*tensors(lessons)).double().numpy()
        weighted = known * weights[:, None]
        law = np.linalg.solve(weighted.T @ known + RIDGE * np.eye(known.shape[1]), weighted.T @ lessons.identity)
        network.straight.weight.copy_(torch.from_numpy(law.T))
        network.straight.bias.zero_()
        network.correct.weight.mul_(0.1)
    return network


def train_steps(
    network: IdentityFromLandmarks, lessons: Lessons, weights: np.ndarray, error: FaceError, steps: int = STEPS
) -> Iterator[tuple[int, float]]:
    """Trains in place; every hundred steps gives the step and the mean error since the last, mm."""
    layers = [network.straight, network.bent, network.correct]
    groups = [{"params": network.gather.parameters(), "speed": SLOW}]
    groups.append({"params": [one for layer in layers for one in layer.parameters()], "speed": 1.0})
    optimiser = torch.optim.AdamW(groups, RATE, weight_decay=DECAY)
    inputs, truth = tensors(lessons), torch.from_numpy(lessons.identity).float()
    chances, root, losses = torch.from_numpy(weights), torch.from_numpy(error.root).float(), []
    network.train()
    for step in range(1, steps + 1):
        rate = RATE * min(10 * step / steps, 0.5 + 0.5 * math.cos(math.pi * step / steps))
        for group in optimiser.param_groups:
            group["lr"] = rate * group["speed"]
        rows = torch.multinomial(chances, BATCH, replacement=True)
        found = network(*(one[rows] for one in inputs))
        loss = ((found - truth[rows]) @ root).square().sum(dim=1).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(math.sqrt(loss.item()))
        if step % 100 == 0:
            yield step, round(float(np.mean(losses[-100:])), 3)
    network.eval()


def taught(photos: Lessons, imaginary: Lessons, error: FaceError, size_mode: int) -> tuple[IdentityFromLandmarks, list]:
    """Teaches a network on rendered and imagined photos: the network, which says nothing of size, and its curve."""
    real = photos.with_mirror_images()
    both = imaginary.joined(real)
    weights = np.r_[np.ones(len(imaginary)), np.full(len(real), RENDERED)]
    torch.manual_seed(SEED)
    network = ridge(both, weights)
    curve = list(train_steps(network, both, weights, error))
    with torch.no_grad():
        for one in (network.straight.weight, network.straight.bias, network.correct.weight):
            one[size_mode] = 0
    return network, curve


def main(files: list[Path]) -> None:
    torch.set_num_threads(1)
    head, error = AnnyHead(), FaceError.of(AnnyHead())
    aligner, rng = Aligner(head), np.random.default_rng(SEED)
    photos = rendered([row for file in files for row in pickle.loads(file.read_bytes())], aligner, head.size_mode)
    imaginary = imagined(head, aligner, IMAGINED, rng).with_mirror_images()
    part = rng.integers(FOLDS, size=photos.person.max() + 1)[photos.person]
    unseen = np.zeros_like(photos.identity)
    strange = np.zeros((len(photos), 2))
    for number in range(FOLDS):
        network, _ = taught(photos[part != number], imaginary, error, head.size_mode)
        rows = part == number
        unseen[rows] = held_out(network, photos[rows])
        known = familiar(photos[part != number])
        strange[rows] = [known.distances(photo) for photo in photos[rows].photos()]
        print("part", number, error.share(unseen[rows], photos[rows]), flush=True)
    network, curve = taught(photos, imaginary, error, head.size_mode)
    arrays = {OF_NETWORK + name: one.numpy().astype(np.float16) for name, one in network.state_dict().items()}
    found = familiar(photos, strange[photos.measured])
    arrays |= {OF_FAMILIAR + name: value.astype(np.float32) for name, value in vars(found).items()}
    arrays |= errors_of(unseen, photos, head.size_mode)
    arrays |= {"mirror": scheme(SCHEME).mirror, "swap": SWAP, "odd": ODD, "lopsided": LOPSIDED}
    np.savez_compressed(WEIGHTS, **arrays)
    record(photos, curve, error.table(unseen, photos), network)


def record(photos: Lessons, curve: list, errors: dict, network: IdentityFromLandmarks) -> None:
    """Writes how it was made, and how far it is off."""
    made = {
        "script": "python -m scripts.head_start.train",
        "seed": SEED,
        "rendered_people": int(photos.person.max()) + 1,
        "rendered_photos": int(photos.measured.sum()),
        "imagined_photos": IMAGINED,
        "parameters": sum(one.numel() for one in network.parameters()),
    }
    content = {"made": made, "curve": [{"step": step, "mm": mm} for step, mm in curve], "held_out": errors}
    RECORD.write_text(json.dumps(content, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path)
    main(parser.parse_args().files)
