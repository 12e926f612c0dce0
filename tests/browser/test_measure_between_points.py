"""Two points are picked on the head in a real browser: distances follow, another pick follows, undo takes it back."""

import re

import pytest

pytestmark = pytest.mark.browser
FRONT, SIDE = "The head from the front with two points", "The head from its left with two points"


def lengths(page) -> tuple[float, float]:
    """Reads the straight distance and that along the skin, mm."""
    told = page.locator("dl.numbers", has_text="Along the skin").inner_text()
    straight, along = (re.search(rf"{name}\s+(\d+)", told) for name in ("Straight", "Along the skin"))
    return float(straight[1]), float(along[1])


def rest(page) -> None:
    """Waits until every move is sent and answered."""
    page.wait_for_timeout(700)
    page.wait_for_function(
        """() => [...document.querySelectorAll('*')].every(({ shadowRoot }) => {
            const pad = shadowRoot?.querySelector('.pad');
            return !pad || pad.ariaBusy === 'false';
        })"""
    )
    page.wait_for_selector("[data-test-script-state=notRunning]")
    page.wait_for_timeout(700)


def changed(page, before: tuple[float, float]) -> tuple[float, float]:
    """Waits for other lengths, and gives those that are there in the end."""
    rest(page)
    for _ in range(100):
        if lengths(page) != before:
            break
        page.wait_for_timeout(300)
    rest(page)
    assert lengths(page) != before
    return lengths(page)


def drag(page, picture: str, number: int, right: float, down: float) -> None:
    """Pulls a handle of a picture, in shares of the picture's side."""
    pad = page.get_by_label(re.compile(picture)).first
    pad.scroll_into_view_if_needed()
    handle, size = pad.locator(".handle").nth(number).bounding_box(), pad.bounding_box()
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right * size["width"], y + down * size["height"], steps=8)
    page.mouse.up()


@pytest.mark.slow
def test_pick_pick_again_and_undo(page, address):
    page.goto(f"{address}/measure")
    page.wait_for_selector("text=From point to point", timeout=120_000)
    page.wait_for_selector(".handle")
    rest(page)
    first = lengths(page)
    assert first[1] >= first[0] > 80 and page.get_by_role("button", name="Undo").is_disabled()

    drag(page, FRONT, 1, 0.0, -0.2)  # the chin's point, up to the mouth: nearer to the eye
    nearer = changed(page, first)
    assert nearer[0] < 0.8 * first[0] and nearer[1] < 0.8 * first[1]
    drag(page, SIDE, 0, 0.2, 0.0)  # the eye's point, in the other picture, back towards the ear
    farther = changed(page, nearer)
    assert farther[1] > nearer[1] + 10

    # A pull off the head leaves the point where it last was on it.
    drag(page, FRONT, 0, 0.0, -0.9)
    rest(page)
    off = lengths(page)
    assert off[1] >= off[0] > 0

    page.get_by_role("button", name="Reset").click()
    changed(page, off)
    assert lengths(page) == first
    drag(page, FRONT, 1, 0.0, -0.2)
    again = changed(page, first)
    assert again == nearer
    page.get_by_role("button", name="Undo").click()
    assert changed(page, again) == first
    assert page.get_by_role("button", name="Undo").is_disabled()
