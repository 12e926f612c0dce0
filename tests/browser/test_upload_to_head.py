"""A visitor's way, in a real browser: upload a photo, wait, and a head is on the screen and can be turned."""

import io
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium")
FLAGS = (
    *("--headless=new", "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-quic"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
]


@pytest.fixture(scope="module")
def address():
    """Starts the app as a visitor would, and gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        try:
            _wait(f"http://127.0.0.1:{port}/_stcore/health")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(10)


@pytest.fixture
def page(address):
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            context = browser.new_context(
                viewport={"width": 1280, "height": 900}, locale="en-GB", reduced_motion="reduce"
            )
            yield context.new_page()
        finally:
            browser.close()


def _wait(url: str, seconds: float = 40.0) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                assert answer.status == 200
                return
        except OSError:
            assert time.monotonic() < end, "the server did not start"
            time.sleep(0.2)


def _pixels(locator) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(locator.screenshot())).convert("RGB")).astype(int)


def _head(page, mark: str = "none"):
    """Waits for the 3D view, of a head that is not the one marked, and gives its frame."""
    from playwright.sync_api import Error

    for _ in range(600):
        for frame in page.frames[1:]:
            try:
                ready, found = frame.evaluate("[document.body?.classList.contains('ready'), window.mark]")
            except Error:  # the frame is just being loaded
                continue
            if ready and found != mark:
                return frame
        page.wait_for_timeout(100)
    raise AssertionError("no head appeared")


@pytest.mark.slow
def test_upload_a_photo_and_turn_the_head(page, address, tmp_path):
    elsewhere, broken = [], []
    page.on("request", lambda r: elsewhere.append(r.url) if _is_foreign(r.url, address) else None)
    page.on("pageerror", lambda error: broken.append(str(error)))
    # The first visitor of a fresh server comes by a link to a page further in.
    page.goto(f"{address}/about")
    page.wait_for_selector(".st-key-language_bar")
    page.wait_for_selector(".definitions")
    page.goto(address)
    _head(page).evaluate("window.mark = 'sample'")

    photo = tmp_path / "portrait.jpg"
    Image.fromarray(astronaut()[:400, 60:460, ::-1]).save(photo)  # other colours: another photo than the sample
    page.set_input_files("[data-testid=stFileUploaderDropzoneInput]", photo)
    frame = _head(page, "sample")
    frame.evaluate("window.mark = 'mine'")
    page.wait_for_selector(".numbers")

    front = _pixels(frame.locator(".pad"))
    middle = front[120:-120, 120:-120]
    assert middle.std() > 20, "the canvas is blank"
    assert len(np.unique(middle.reshape(-1, 3) // 8, axis=0)) > 100

    box = frame.locator(".pad").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 120, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    page.wait_for_timeout(500)
    turned = _pixels(frame.locator(".pad"))
    assert np.abs(turned - front).mean() > 2, "the head did not turn"

    # A rerun of the page (here: of a part that changes nothing on the head) keeps the frame and its camera.
    page.get_by_role("button", name="Use the camera").click()
    page.get_by_role("button", name="Close the camera").click()
    page.wait_for_timeout(1500)
    assert frame.evaluate("window.mark") == "mine", "the frame was loaded again"
    assert np.abs(_pixels(frame.locator(".pad")) - turned).mean() < 1, "the camera jumped"

    assert not broken
    assert not elsewhere, "something was fetched from outside"


def _is_foreign(url: str, address: str) -> bool:
    return not url.startswith((address, address.replace("http", "ws"), "data:", "blob:", "about:"))
