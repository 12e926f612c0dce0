"""A landmark is dragged in a real browser: it stays where it was put, neighbours and head follow, undo works."""

import json

import numpy as np
import pytest

pytestmark = pytest.mark.browser


def places(page) -> np.ndarray:
    """Reads where the handles are, `(N, 2)`, as shares of the picture's sides."""
    return np.array(
        page.locator(".handle").evaluate_all(
            "nodes => nodes.map(({ style }) => [parseFloat(style.left) / 100, parseFloat(style.top) / 100])"
        )
    )


def outline(page) -> str:
    """Reads the outline of the head, the last of the strokes."""
    return page.locator("svg.strokes path").last.get_attribute("d")


def settle(page, before: str) -> None:
    """Waits until the head's outline is not the one before, and every move is answered."""
    page.wait_for_function(
        """before => [...document.querySelectorAll('*')].some(({ shadowRoot }) => {
            const pad = shadowRoot?.querySelector('.pad');
            return pad?.ariaBusy === 'false' && pad.querySelector('path:last-child').getAttribute('d') !== before;
        })""",
        arg=before,
    )


def wait_for(page, wanted: np.ndarray) -> None:
    """Waits until the handles are where they are wanted."""
    for _ in range(300):
        if np.allclose(places(page), wanted, atol=1e-3):
            return
        page.wait_for_timeout(100)
    np.testing.assert_allclose(places(page), wanted, atol=1e-3)


def rest(page) -> None:
    """Waits until the server has answered everything: what a rerun replaces cannot be downloaded any more."""
    page.wait_for_selector("[data-test-script-state=notRunning]")


@pytest.mark.slow
def test_drag_undo_and_use(page, address):
    broken = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.goto(f"{address}/landmarks")
    page.wait_for_selector(".close-ups", timeout=90_000)
    page.get_by_role("radio", name="Move them").click()
    page.wait_for_selector(".handle")
    page.wait_for_timeout(1500)  # until nothing moves any more
    page.locator(".pad").scroll_into_view_if_needed()
    first, head = places(page), outline(page)
    assert len(first) == 68

    # The chin, pulled down in many small moves.
    chin, size = page.locator(".handle").nth(8), page.locator(".pad").bounding_box()
    box = chin.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x + 3, y - 2)  # not quite on its middle: it must not jump there
    page.mouse.down()
    page.mouse.move(x + 3, y + 38, steps=12)
    page.mouse.up()
    settle(page, head)
    now, pulled = places(page), outline(page)
    np.testing.assert_allclose(now[8], first[8] + [0, 40 / size["height"]], atol=2e-3)
    along = (now - first)[:, 1] / (now - first)[8, 1]
    assert 0.3 < along[7] < 1 and 0.3 < along[9] < 1, "the neighbours stayed behind"
    assert np.abs(along[36:48]).max() < 0.05, "the eyes moved"

    # Arrow keys move what has the focus; both pulls are one step each.
    chin.focus()
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Shift+ArrowUp")
    settle(page, pulled)
    assert places(page)[8, 1] == pytest.approx(now[8, 1] - 20 / 880, abs=1e-3)
    page.get_by_role("button", name="Undo").click()
    wait_for(page, now)
    rest(page)

    with page.expect_download() as download:
        page.get_by_role("button", name="Points (JSON)").click()
    (points,) = json.loads(download.value.path().read_text("utf-8")).values()
    assert np.shape(points) == (478, 2)

    page.get_by_role("button", name="Use for the head").click()
    page.wait_for_selector(".st-key-landmarks_use button:disabled")
    np.testing.assert_allclose(places(page), now, atol=1e-3)
    page.get_by_role("button", name="Reset").click()
    wait_for(page, first)
    assert not broken
