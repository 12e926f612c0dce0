"""Does ICP find a head from where the learned start puts it? `python -m benchmarks.learned_start [--clouds N]`.

Clouds of made heads that the networks never saw, turned anyhow, are registered to the mean head by the same ICP from
several starts: the identity, principal axes, the learned start and the search without learning. Where there is the
folder of evaluation data (FACERECON_EVAL), a real scan of a man is turned anyhow too; it is held against its landmarks.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from facerecon.core.errors import CloudError
from facerecon.core.types import PointCloud
from facerecon.geometry.procrustes import procrustes
from facerecon.geometry.transforms import apply, invert, rigid
from facerecon.morphable.anny import AnnyHead
from facerecon.registration.learned import LearnedStart
from facerecon.registration.register import register
from facerecon.scans import read_scan
from scripts.learned_start.clouds import CloudMaker
from scripts.learned_start.measure import SUITES, Case, Skin, cases, principal_axes

RIGHT_TURN, RIGHT_SHIFT = 10.0, 15.0
"degrees and mm: the head is found; a mean head lies on another's face no more exactly than that"
JAMES_IBUG = [*range(17), *range(29, 34), *range(43, 48), *range(34, 43), *range(17, 29), *range(48, 68)]
"the scan's landmarks in iBUG's order"

Start = Callable[[PointCloud], np.ndarray | None]
"Gives head_from_cloud, or None: ICP's own search."


def starts(maker: CloudMaker, skin: Skin) -> dict[str, Start]:
    """Lists the starts by name."""
    learned = LearnedStart(skin.mean, skin.triangles, skin.basis)
    return {
        "identity": lambda cloud: np.eye(4),
        "principal axes": lambda cloud: principal_axes(cloud.points, maker.mean.astype(float)),
        "learned": lambda cloud: learned.predict(cloud, np.random.default_rng(0)).head_from_cloud,
        "search": lambda cloud: None,
    }


def real_cases(head, count: int) -> Iterator[Case]:
    """Turns the real scan anyhow; nothing where there is none. Its identity is not known."""
    folder = Path(os.environ.get("FACERECON_EVAL", Path(__file__).parents[2] / "shared/eval")) / "james"
    if not (folder / "james.obj").exists():
        return
    scan = read_scan(folder / "james.obj")
    group = json.loads((folder / "james.ljson").read_text("utf-8"))["groups"]["LJSON"]
    marks = np.array(group["landmarks"]["points"])[JAMES_IBUG]
    scan_from_head = procrustes(head.landmarks("ibug68").on(head.mean, head.triangles)[17:], marks[17:])
    for number in range(count):
        rng = np.random.default_rng((11, number))
        pose = rigid(Rotation.random(random_state=rng).as_matrix(), rng.normal(0, 300, 3))
        yield Case(PointCloud(apply(pose, scan.points)), pose @ scan_from_head, np.zeros(len(head.identity_basis)))


def off(found: np.ndarray, case: Case) -> tuple[float, float]:
    """Measures a head_from_cloud: degrees, and mm between the heads' origins."""
    both = found @ case.cloud_from_head
    turn = np.degrees(np.linalg.norm(Rotation.from_matrix(both[:3, :3]).as_rotvec()))
    return float(turn), float(np.linalg.norm((invert(found) - case.cloud_from_head)[:3, 3]))


def measure(all_cases: list[Case], begin: Start, target: PointCloud) -> dict[str, float]:
    """Registers the cases from one kind of start."""
    before, after, spent = [], [], []
    for case in all_cases:
        began = time.perf_counter()
        start = begin(case.cloud)
        if start is not None:
            before.append(off(start, case))
        try:
            done = register(case.cloud, target, start=start, rng=np.random.default_rng(0))
            after.append(off(done.target_from_source, case))
        except CloudError:
            after.append((180.0, np.inf))
        spent.append(1e3 * (time.perf_counter() - began))
    good = [turn < RIGHT_TURN and shift < RIGHT_SHIFT for turn, shift in after]
    return {
        "start_deg": round(float(np.median([turn for turn, _ in before])), 1) if before else None,
        "icp_deg": round(float(np.median([turn for turn, _ in after])), 1),
        "icp_mm": round(float(np.median([shift for _, shift in after])), 1),
        "success": round(float(np.mean(good)), 3),
        "ms": round(float(np.median(spent))),
    }


def main(count: int, names: list[str], file: Path | None) -> None:
    head = AnnyHead("sampled")
    skin, maker = Skin(head), CloudMaker(head)
    target = PointCloud(skin.mean, triangles=skin.triangles)
    suites = {name: list(cases(maker, name, count, seed=8)) for name in names}
    suites |= {"real scan": list(real_cases(head, count))}
    table = {}
    print(f"{'suite':26}{'start':16}{'start °':>9}{'ICP °':>8}{'ICP mm':>8}{'success':>9}{'ms':>7}")
    for suite, all_cases in suites.items():
        for name, begin in starts(maker, skin).items() if all_cases else ():
            row = table.setdefault(suite, {})[name] = measure(all_cases, begin, target)
            first = "–" if row["start_deg"] is None else row["start_deg"]
            numbers = f"{first:>9}{row['icp_deg']:>8}{row['icp_mm']:>8}{row['success']:>9.0%}{row['ms']:>7.0f}"
            print(f"{suite:26}{name:16}{numbers}", flush=True)
    if file:
        file.write_text(json.dumps({"clouds": count, "suites": table}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clouds", type=int, default=25)
    parser.add_argument("--suites", nargs="*", default=list(SUITES), choices=list(SUITES))
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    main(chosen.clouds, chosen.suites, chosen.json)
