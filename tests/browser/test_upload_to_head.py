"""A visitor's way, in a real browser: upload a photo, wait, and a head is on the screen and can be turned."""

import io

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

pytestmark = pytest.mark.browser


def _pixels(locator) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(locator.screenshot())).convert("RGB")).astype(int)


def _at_rest(page, locator) -> np.ndarray:
    """Waits until two pictures half a second apart are the same: a busy machine draws in its own time."""
    before = _pixels(locator)
    for _ in range(40):
        page.wait_for_timeout(500)
        after = _pixels(locator)
        if np.abs(after - before).mean() < 0.5:
            return after
        before = after
    raise AssertionError("the head does not come to rest")


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
    page.set_viewport_size({"width": 1280, "height": 1400})  # the whole view: nothing scrolls between two pictures
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
    turned = _at_rest(page, frame.locator(".pad"))
    assert np.abs(turned - front).mean() > 2, "the head did not turn"

    # A rerun of the page (here: of a part that changes nothing on the head) keeps the frame and its camera.
    page.get_by_role("button", name="Use the camera").click()
    page.get_by_role("button", name="Close the camera").click()
    page.wait_for_timeout(1500)
    assert frame.evaluate("window.mark") == "mine", "the frame was loaded again"
    for _ in range(20):  # a frame that was moved is drawn again in its own time
        away = np.abs(_pixels(frame.locator(".pad")) - turned).mean()
        if away < 1:
            break
        page.wait_for_timeout(500)
    assert away < 1, "the camera jumped"
