"""Trains the learned start: `python -m scripts.learned_start.train [--steps N] [--minutes M] [--more]`.

Writes `facerecon/registration/data/learned_start.npz`, and beside it `learned_start.json` with the training curve. Both
networks learn from the same clouds, each its own task; see `lessons.py`. With `--more` they go on from the weights that
are there, in another round. `measure.py` adds the error on heads that were held out.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from facerecon.morphable.anny import AnnyHead
from facerecon.networks.head_from_cloud import UNIT, HeadFromCloud
from facerecon.registration import learned
from scripts.learned_start.lessons import Lessons

DATA = Path(learned.__file__).parent / "data"
SEED = 20261126
POINTS, BATCH = 256, 32
RATE, WARM_UP = 3e-3, 0.03
"of AdamW, and the share of the training in which it rises; then it falls like a cosine"
RATE_MORE = 1.5e-3
"of a further round"


@dataclass(frozen=True, eq=False)
class Record:
    step: int
    "in this round"
    minutes: float
    "since this round began"
    coarse: float
    "mm, the mean since the last record"
    fine: float
    "mm"
    shape: float
    "mm"


def train_steps(
    networks: HeadFromCloud,
    lessons: Lessons,
    steps: int,
    minutes: float = math.inf,
    rate: float = RATE,
    every: int = 100,
) -> Iterator[Record]:
    """Trains in place, and reports now and then.

    Args:
        networks: initialised.
        lessons: what they learn.
        steps: at most so many.
        minutes: at most so many; the learning rate's schedule ends with whichever comes first.
        rate: highest learning rate.
        every: steps between reports.
    """
    optimiser = torch.optim.AdamW(networks.parameters(), rate, weight_decay=1e-4)
    networks.train()
    began, losses = time.perf_counter(), []
    for step in range(1, steps + 1):
        spent = (time.perf_counter() - began) / 60
        progress = max(step / steps, spent / minutes)
        if progress > 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = rate * min(progress / WARM_UP, 0.5 + 0.5 * math.cos(math.pi * progress))
        found = lessons.losses(networks)
        optimiser.zero_grad()
        sum(found).backward()
        optimiser.step()
        losses.append([UNIT * one.item() for one in found])
        if step % every == 0:
            yield Record(step, round(spent, 2), *np.mean(losses, axis=0).round(3).tolist())
            losses = []
    networks.eval()


def save(networks: HeadFromCloud, path: Path) -> None:
    """Writes weights: matrices as float16, what is small in full."""
    state = {name: tensor.numpy() for name, tensor in networks.state_dict().items()}
    np.savez_compressed(path, **{k: v.astype(np.float16) if v.ndim == 2 else v for k, v in state.items()})


def main(steps: int, minutes: float, more: bool, folder: Path) -> None:
    head, file = AnnyHead("sampled"), folder / "learned_start.json"
    torch.set_num_threads(1)
    networks = HeadFromCloud(len(head.identity_basis)).initialise(torch.Generator().manual_seed(SEED))
    before = json.loads(file.read_text("utf-8")) if more else {"made": {"rounds": []}, "curve": []}
    rounds, rate = before["made"]["rounds"], RATE_MORE if more else RATE
    if more:
        networks.load_state_dict(learned.read_weights(folder / "learned_start.npz"))
    lessons, curve = Lessons(head, np.random.default_rng((SEED, len(rounds))), POINTS, BATCH), []
    for record in train_steps(networks, lessons, steps, minutes, rate):
        curve.append({"round": len(rounds)} | vars(record))
        print(record, flush=True)
        save(networks, folder / "learned_start.npz")
        made = {
            "script": "python -m scripts.learned_start.train",
            "head_model": head.name,
            "seed": SEED,
            "points": POINTS,
            "batch": BATCH,
            "parameters": sum(one.numel() for one in networks.parameters()),
            "rounds": [*rounds, {"steps": record.step, "minutes": record.minutes, "rate": rate}],
        }
        content = {"made": made, "curve": before["curve"] + curve}
        file.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    save(networks, folder / "learned_start.npz")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=12_000)
    parser.add_argument("--minutes", type=float, default=33)
    parser.add_argument("--more", action="store_true")
    parser.add_argument("--folder", type=Path, default=DATA)
    chosen = parser.parse_args()
    main(chosen.steps, chosen.minutes, chosen.more, chosen.folder)
