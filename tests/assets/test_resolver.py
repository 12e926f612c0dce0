import os
import subprocess
import sys

import pytest

from facerecon.assets import damaged, found, locate, locate_asset, manifest, names
from facerecon.core.errors import AssetError, SettingsError

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def left_over(cache):
    return sorted(path.name for path in cache.iterdir() if not path.name.endswith(".lock"))


def test_url_is_fetched_once_whole_and_with_progress(cache, server, make_asset, content):
    asset = make_asset({"kind": "url", "url": server.url})
    steps = []
    path = locate_asset(asset, lambda done, total: steps.append((done, total)))
    assert path == cache / "weights.bin" and path.read_bytes() == content
    assert steps == sorted(steps) and steps[-1] == (len(content), len(content)) and len(steps) > 2
    assert locate_asset(asset) == path and server.requests == [None]
    assert left_over(cache) == ["weights.bin"]


def test_interrupted_download_goes_on_where_it_stopped(cache, server, make_asset, content):
    server.plan = [100_000, 300_000]
    path = locate_asset(make_asset({"kind": "url", "url": server.url}))
    assert path.read_bytes() == content
    assert server.requests == [None, "bytes=100000-", "bytes=400000-"]


def test_asking_again_resumes_what_an_earlier_call_left(cache, server, make_asset, content):
    asset = make_asset({"kind": "url", "url": server.url})
    server.plan = [123_456, 503, 503, 503]
    with pytest.raises(AssetError, match="503"):
        locate_asset(asset)
    assert locate_asset(asset).read_bytes() == content
    assert server.requests[-1] == "bytes=123456-"
    assert left_over(cache) == ["weights.bin"]


def test_server_without_ranges_starts_over(cache, server, make_asset, content):
    server.plan = [100_000, "no ranges"]
    assert locate_asset(make_asset({"kind": "url", "url": server.url})).read_bytes() == content


def test_wrong_content_is_refused_in_one_sentence_and_not_kept(cache, server, make_asset, content):
    server.content = content[:-1] + bytes([content[-1] ^ 1])
    asset = make_asset({"kind": "url", "url": server.url})
    with pytest.raises(AssetError) as caught:
        locate_asset(asset)
    message = str(caught.value)
    assert "sha256" in message and "\n" not in message and caught.value.exit_status == 4
    assert "put weights.bin into a folder named in FACERECON_ASSETS" in message and str(cache) in message
    assert left_over(cache) == []
    server.content = content
    assert locate_asset(asset).read_bytes() == content


def test_endless_answer_is_cut_off(cache, server, make_asset, content):
    server.content = content + bytes(5_000_000)
    steps = []
    with pytest.raises(AssetError):
        locate_asset(make_asset({"kind": "url", "url": server.url}), lambda done, total: steps.append(done))
    assert max(steps) <= len(content)


def test_missing_page_is_not_asked_for_again_and_the_next_source_is_tried(cache, server, make_asset, content):
    server.plan = [404]
    path = locate_asset(make_asset({"kind": "url", "url": server.url}, {"kind": "url", "url": server.url + "2"}))
    assert path.read_bytes() == content and len(server.requests) == 2


def test_no_network_names_the_file_and_the_way_by_hand(cache, make_asset):
    with pytest.raises(AssetError) as caught:
        locate_asset(make_asset({"kind": "url", "url": "http://127.0.0.1:9/weights.bin"}))
    assert str(caught.value).startswith("weights.bin could not be had (http://127.0.0.1:9/weights.bin: ")
    assert caught.value.advice == "asset_missing" and "\n" not in str(caught.value)


def test_named_folder_comes_before_the_cache_and_only_with_the_right_content(
    cache, make_asset, content, tmp_path, monkeypatch
):
    asset = make_asset()
    cache.mkdir()
    (cache / asset.file).write_bytes(content)
    wrong, right = tmp_path / "wrong", tmp_path / "右の フォルダ"
    for folder, data in ((wrong, content[::-1]), (right, content)):
        folder.mkdir()
        (folder / asset.file).write_bytes(data)
    assert found(asset) == cache / asset.file
    monkeypatch.setenv("FACERECON_ASSETS", os.pathsep.join(["", str(tmp_path / "absent"), str(wrong), str(right)]))
    assert found(asset) == right / asset.file
    assert damaged(asset) == wrong / asset.file


def test_file_supplied_by_hand_with_another_content_is_named(cache, make_asset, content, tmp_path, monkeypatch):
    (tmp_path / "weights.bin").write_bytes(content[:-5])
    monkeypatch.setenv("FACERECON_ASSETS", str(tmp_path))
    with pytest.raises(AssetError, match="weights.bin has another content"):
        locate_asset(make_asset())


def test_damaged_cache_is_replaced(cache, server, make_asset, content):
    asset = make_asset({"kind": "url", "url": server.url})
    path = locate_asset(asset)
    path.write_bytes(content[:1000])
    assert found(asset) is None and damaged(asset) == path
    assert locate_asset(asset).read_bytes() == content


def test_cache_that_cannot_be_written_gives_a_sentence(make_asset, server, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("FACERECON_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(AssetError, match="cannot be stored in .*FACERECON_CACHE") as caught:
        locate_asset(make_asset({"kind": "url", "url": server.url}))
    assert caught.value.advice == "asset_cache" and "\n" not in str(caught.value)


PROCESS = """
import sys, facerecon.assets as assets
sha, size, url = sys.argv[1:]
asset = assets.Asset("weights", "weights.bin", sha, int(size), "", "", "", ({"kind": "url", "url": url},))
sys.stdout.write(str(assets.locate_asset(asset)))
"""


def test_two_processes_fetch_once(cache, server, make_asset, content):
    asset = make_asset()
    words = [sys.executable, "-c", PROCESS, asset.sha256, str(asset.size), server.url]
    running = [subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert {process.communicate(timeout=60)[0] for process in running} == {str(cache / "weights.bin")}
    assert (cache / "weights.bin").read_bytes() == content
    assert len(server.requests) == 1 and left_over(cache) == ["weights.bin"]


def test_manifest_names_every_asset_fully():
    assert names() == tuple(manifest()) and any(asset.default for asset in manifest().values())
    for asset in manifest().values():
        assert len(bytes.fromhex(asset.sha256)) == 32 and asset.size > 0
        assert asset.licence and asset.origin and asset.homepage.startswith("https://")
        assert asset.sources or not asset.default  # what has no source is brought by hand
        assert os.path.basename(asset.file) == asset.file
        assert all(source.get("url", "https://").startswith("https://") for source in asset.sources)


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(SettingsError, match="face_landmarker") as caught:
        locate("nothing")
    assert caught.value.advice == "asset_unknown"
