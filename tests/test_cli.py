import json
import os
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from PIL import Image

import facerecon
from facerecon import cli
from facerecon.cli import main
from facerecon.commands import detect, preparation
from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.errors import AssetError
from facerecon.detection import DETECTORS
from facerecon.geometry.nearest import nearest_on_surface

ROOT = Path(__file__).parents[1]
FILES = {"head.glb", "head.obj", "head.mtl", "head.png", "neutral.ply", "report.json"}


def shell(*words, **options):
    command = [sys.executable, "-m", "facerecon", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, **options)


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    path = tmp_path_factory.mktemp("photos") / "宇航员 1.png"
    Image.fromarray(skimage.data.astronaut()).save(path)
    return path


@pytest.fixture(scope="module")
def finished(photo, tmp_path_factory):
    """A folder that `reconstruct` wrote, as a program of its own."""
    out = tmp_path_factory.mktemp("results") / "new" / "结果"
    done = shell("reconstruct", photo, "--out", out, "--texture-size", 512)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return out


def test_reconstruct_writes_every_file_and_nothing_else(finished):
    assert FILES <= {path.name for path in finished.iterdir()}
    assert all(path.suffix == ".png" for path in finished.iterdir() if path.name not in FILES)
    assert not [path for path in finished.parent.iterdir() if path != finished]
    import trimesh

    scene = trimesh.load(finished / "head.glb")
    obj = trimesh.load(finished / "head.obj", process=False)
    assert scene.extents.max() == pytest.approx(np.ptp(obj.bounds, axis=0).max() / 1000, rel=1e-3)
    neutral = trimesh.load(finished / "neutral.ply", process=False)
    assert 100 < np.ptp(neutral.bounds, axis=0)[0] < 300  # mm


def test_report(finished, photo):
    import trimesh

    report = json.loads((finished / "report.json").read_text("utf-8"))
    assert report["version"] == facerecon.__version__ and report["head_model"] == "anny"
    assert np.isfinite(report["identity"]).all()
    landmarks = np.array(report["neutral_landmarks68_mm"])
    neutral = trimesh.load(finished / "neutral.ply", process=False)
    assert landmarks.shape == (68, 3)
    assert nearest_on_surface(np.array(neutral.vertices), np.array(neutral.faces), landmarks)[0].max() < 0.01
    assert np.abs(landmarks[[36, 45]].mean(axis=0)).max() < 10  # the origin lies between the outer corners of the eyes
    assert 0 < report["scale"]["relative_error"] < 0.5 and isinstance(report["scale"]["source"], str)
    timings = dict(report["timings_ms"])
    total = timings.pop("total")
    assert {"detection", "landmarks", "fitting", "mesh", "texture"} <= set(timings)
    assert total == pytest.approx(sum(timings.values()), abs=1)
    assert isinstance(report["warnings"], list)
    (entry,) = report["photos"]
    assert entry["name"] == photo.name and len(entry["digest"]) == 64
    assert np.array(entry["faces"]["boxes"]).shape == (1, 4) and len(entry["faces"]["scores"]) == 1
    assert np.array(entry["landmarks"]).shape == (478, 2)
    assert (entry["camera"]["width"], entry["camera"]["height"]) == (512, 512) and len(entry["camera"]["centre"]) == 2
    pose = np.array(entry["camera_from_head"])
    assert np.allclose(pose[:3, :3] @ pose[:3, :3].T, np.eye(3)) and np.linalg.det(pose[:3, :3]) > 0
    assert set(entry["expression"]) == set(ARKIT_NAMES)
    assert entry["expression"]["mouthSmileLeft"] > 0.2 > entry["expression"]["jawLeft"]
    assert 0 < entry["residual_px"] < 5


def test_existing_folder_keeps_foreign_files(finished, photo, tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    (tmp_path / "head.glb").write_text("old")
    # The points of an earlier report may be handed back.
    words = ["reconstruct", photo, "--out", tmp_path, "--texture-size", 512, "--landmarks", finished / "report.json"]
    assert main([str(word) for word in words]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"mine.txt", *(path.name for path in finished.iterdir())}
    assert (tmp_path / "mine.txt").read_text() == "keep" and (tmp_path / "head.glb").read_bytes()[:4] == b"glTF"
    first, second = (json.loads((folder / "report.json").read_text("utf-8")) for folder in (finished, tmp_path))
    assert second["photos"][0]["landmarks"] == first["photos"][0]["landmarks"]


def test_corrected_landmarks_are_used(photo, finished, tmp_path):
    points = np.array(json.loads((finished / "report.json").read_text("utf-8"))["photos"][0]["landmarks"])
    moved = (points + [7.0, -4.0]).tolist()
    for name, content in (("a", {photo.name: moved}), ("b", {"0": moved}), ("c", moved)):
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    from facerecon.commands.corrections import corrected_landmarks
    from facerecon.core.photos import read_photo

    photos = [read_photo(photo)]
    assert all(corrected_landmarks(tmp_path / f"{n}.json", photos) == (moved,) for n in "abc")
    words = ["reconstruct", photo, "--out", tmp_path / "out", "--texture-size", 512]
    assert main([str(word) for word in [*words, "--landmarks", tmp_path / "a.json"]]) == 0
    report = json.loads((tmp_path / "out/report.json").read_text("utf-8"))
    assert report["photos"][0]["landmarks"] == moved


def test_detect_prints_json(photo, capfd):
    assert main(["detect", str(photo)]) == 0
    data = json.loads(capfd.readouterr().out)
    assert (data["name"], data["width"], data["height"], data["detector"]) == (photo.name, 512, 512, "mediapipe")
    assert len(data["faces"]["boxes"]) == len(data["faces"]["scores"]) == len(data["faces"]["keypoints"]) == 1
    assert main(["detect", str(photo), "--detector", "all"]) == 0
    every = json.loads(capfd.readouterr().out)["detectors"]
    assert every["mediapipe"]["faces"] == data["faces"]
    assert list(every) == list(DETECTORS)
    assert all(("faces" in entry) != ("missing" in entry) for entry in every.values())


def test_detect_looks_for_faces_of_the_sizes_asked_for(photo, capfd):
    assert main(["detect", str(photo), "--max-face", "60"]) == 3
    assert json.loads(capfd.readouterr().out)["faces"]["boxes"] == []
    assert main(["detect", str(photo), "--min-face", "60", "--max-face", "200"]) == 0
    assert len(json.loads(capfd.readouterr().out)["faces"]["boxes"]) == 1
    assert main(["detect", str(photo), "--min-face", "60", "--max-face", "50"]) == 2
    assert "not from 60.0 to 50.0 px" in capfd.readouterr().err


def test_all_detectors_but_the_one_that_lacks_a_file(photo, capfd, monkeypatch):
    whole = preparation.locate

    def without(name, progress=None):
        if name == "tiny_yolo_face_manifest":
            raise AssetError("The manifest could not be had.")
        return whole(name, progress)

    monkeypatch.setattr(preparation, "locate", without)
    monkeypatch.setattr(detect, "_detected", lambda *_: {"faces": {"scores": [1.0]}})
    assert main(["detect", str(photo), "--detector", "all"]) == 0
    every = json.loads(capfd.readouterr().out)["detectors"]
    assert every["tiny-yolo"] == {"missing": "The manifest could not be had."} and "faces" in every["centerface"]


@pytest.mark.parametrize(
    "wrong", [["--min-face", "inf"], ["--min-face", "9", "--max-face", "8"], ["--device", "cuda:99"]]
)
@pytest.mark.parametrize("command", [["detect"], ["reconstruct", "--out", "never"]])
def test_wrong_use_fetches_nothing(photo, monkeypatch, command, wrong):
    monkeypatch.setattr(preparation, "fetch", lambda names: pytest.fail("fetched"))
    assert main([*command, str(photo), *wrong]) == 2


def test_no_face_is_told_by_json_and_status(tmp_path, capfd):
    Image.fromarray(skimage.data.rocket()).save(tmp_path / "rocket.png")
    assert main(["detect", str(tmp_path / "rocket.png")]) == 3
    captured = capfd.readouterr()
    assert json.loads(captured.out)["faces"] == {"boxes": [], "scores": [], "keypoints": []}
    assert captured.err == "facerecon: No face was found in rocket.png.\n"


def test_assets_list_and_verify(capfd):
    assert main(["assets", "get"]) == 0 and main(["assets", "list"]) == 0 and main(["assets"]) == 0
    assert capfd.readouterr().out.count("face_landmarker\t") == 3
    assert main(["assets", "verify"]) == 0
    assert "right" in capfd.readouterr().out


def test_assets_damaged_or_out_of_reach(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("FACERECON_CACHE", str(tmp_path))
    monkeypatch.delenv("FACERECON_ASSETS", raising=False)
    (tmp_path / "face_landmarker.task").write_bytes(b"spoilt")
    assert main(["assets", "verify"]) == 4
    captured = capfd.readouterr()
    assert "damaged" in captured.out and captured.err.count("\n") == 1

    def unreachable(name, progress=None):
        if name == "centerface":
            return tmp_path / name
        raise AssetError(f"{name} could not be had.")

    monkeypatch.setattr("facerecon.commands.preparation.locate", unreachable)
    assert main(["assets", "get", "face_landmarker", "centerface", "retinaface"]) == 4
    captured = capfd.readouterr()  # the others are fetched all the same
    assert captured.out == f"centerface\t{tmp_path / 'centerface'}\n"
    assert captured.err == "facerecon: face_landmarker could not be had. So it is with 1 more.\n"


def test_light_commands_answer_at_once():
    start = time.perf_counter()
    assert shell("assets", "list").returncode == 0
    assert time.perf_counter() - start < 3  # 0.2 s on an idle machine
    code = "import sys, facerecon.cli; sys.exit(sum(m in sys.modules for m in ('numpy', 'cv2', 'mediapipe', 'torch')))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_help_and_version():
    assert shell("--version").stdout.strip() == facerecon.__version__
    helped = shell("--help")
    assert helped.returncode == 0 and "reconstruct" in helped.stdout and helped.stderr == ""


def test_reader_that_leaves(photo):
    command = [sys.executable, "-m", "facerecon", "detect", str(photo)]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    running.stdout.close()
    assert running.stderr.read() == "" and running.wait(timeout=60) == cli.BROKEN_PIPE
    running.stderr.close()


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no such signals")
@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_run_leaves_nothing(photo, tmp_path, name):
    """The signal comes while the texture is baked, whatever the machine's speed."""
    code = f"""
import os, signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a program in the background ignores it from the start
from facerecon import cli, pipeline
def interrupted(*arguments, **more):
    os.kill(os.getpid(), {int(name)})
    time.sleep(30)
pipeline.bake = interrupted
sys.argv = ["facerecon", "reconstruct", {str(photo)!r}, "--out", {str(tmp_path / "out")!r}]
cli.run()
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode in (cli.INTERRUPTED, 128 + signal.SIGTERM) and "Traceback" not in done.stderr
    assert done.stderr.count("\n") <= 1 and done.stdout == "" and not list(tmp_path.iterdir())


def test_own_fault_is_one_line(photo):
    code = f"""
import sys
from facerecon import cli
from facerecon.commands import detect, preparation
detect.prepare = None
def broken(arguments):
    raise KeyError("gone")
detect.run = broken
sys.argv = ["facerecon", "detect", {str(photo)!r}]
cli.run()
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith("facerecon: This is a fault of facerecon itself: KeyError at <string>:")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "status"),
    [(KeyboardInterrupt(), 130), (MemoryError(), 2), (OSError(28, "No space left on device", "x"), 2)],
)
def test_errors_of_the_system_are_one_line(monkeypatch, capfd, error, status):
    def broken(arguments):
        raise error

    monkeypatch.setattr(detect, "run", broken)
    assert main(["detect", "x"]) == status
    captured = capfd.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1


def test_progress_on_a_terminal(photo, tmp_path):
    pty, fcntl, termios = (pytest.importorskip(name) for name in ("pty", "fcntl", "termios"))
    here, there = pty.openpty()
    fcntl.ioctl(there, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    command = [sys.executable, "-m", "facerecon", "reconstruct", str(photo), "--out", str(tmp_path / "out")]
    running = subprocess.Popen([*command, "--texture-size", "512"], cwd=ROOT, stderr=there, stdout=subprocess.DEVNULL)
    os.close(there)
    shown = b""
    while True:
        try:
            part = os.read(here, 4096)
        except OSError:  # the other end closed
            break
        if not part:
            break
        shown += part
    os.close(here)
    assert running.wait(timeout=60) == 0
    text = shown.decode()
    assert "detection" in text and "texture" in text and "100%" in text
    assert "INFO" not in text and "WARNING" not in text and text.count("\n") == 0  # the bar vanishes, nothing else came
