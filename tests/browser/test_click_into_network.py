"""A click into a picture, in a real browser: the mark moves at once, the answer follows, and no picture comes twice."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def pad(page, label: str):
    """Finds the picture whose label begins so, once it is loaded."""
    found = page.locator(f'[aria-label^="{label}"]')
    found.wait_for()
    page.wait_for_function(
        "pad => { const image = pad.querySelector('img'); return image.complete && image.naturalWidth > 0; }",
        arg=found.element_handle(),
    )
    return found


def mark(picture) -> list[float]:
    """Measures where the middle of the mark is, as shares of the picture's sides."""
    return picture.evaluate(
        """pad => { const [a, b] = [pad, pad.querySelector('.marker')].map((node) => node.getBoundingClientRect());
        return [(b.x + b.width / 2 - a.x) / a.width, (b.y + b.height / 2 - a.y) / a.height]; }"""
    )


def told(page) -> tuple[int, int]:
    """Reads which row and column the page speaks of."""
    text = page.get_by_text(re.compile(r"row \d+, column \d+")).inner_text()
    return tuple(int(number) - 1 for number in re.search(r"row (\d+), column (\d+)", text).groups())


def wait_for(page, wanted: tuple[int, int]):
    page.get_by_text(re.compile(rf"row {wanted[0] + 1}, column {wanted[1] + 1}\b")).wait_for()


@pytest.mark.slow
def test_click_keys_and_pictures(page, address):
    page.goto(f"{address}/inside")
    page.wait_for_selector(".sum")
    page.wait_for_timeout(1500)  # until nothing moves any more
    fetched = []
    page.on("request", lambda request: fetched.append(request.url) if "/media/" in request.url else None)

    # A click into the map of 160 × 160 numbers.
    picture = pad(page, "Map")
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    before = page.locator(".sum").inner_text()
    picture.click(position={"x": box["width"] * 100.5 / 160, "y": box["height"] * 40.5 / 160})
    wait_for(page, (40, 100))
    assert mark(picture) == pytest.approx([100.5 / 160, 40.5 / 160], abs=1e-3)
    expect(page.locator(".sum")).not_to_have_text(before, use_inner_text=True, timeout=60_000)

    # Arrow keys move by one number; at the border they stop.
    picture.press("ArrowRight")
    picture.press("ArrowDown")
    wait_for(page, (41, 101))
    picture.click(position={"x": 1, "y": 1})
    wait_for(page, (0, 0))
    picture.press("ArrowLeft")
    picture.press("ArrowDown")
    wait_for(page, (1, 0))

    # Neither the map nor the photo came again: the answers were numbers and outlines.
    assert not any(url == picture.locator("img").get_attribute("src") for url in fetched)

    # Another part of the network keeps the place in the photo: half as many numbers, half the row and column.
    picture.click(position={"x": box["width"] * 80.5 / 160, "y": box["height"] * 40.5 / 160})
    wait_for(page, (40, 80))
    plan = pad(page, "The map of the network")
    area = plan.bounding_box()
    plan.click(position={"x": area["width"] * 3.5 / 7, "y": area["height"] * 0.5 / 4})
    page.get_by_role("heading", name="Stage 2").wait_for()
    wait_for(page, (20, 40))
    assert told(page) == (20, 40)


@pytest.mark.slow
def test_touch(page, address):
    context = page.context.browser.new_context(viewport={"width": 400, "height": 850}, has_touch=True, locale="en-GB")
    context.set_default_timeout(120_000)
    phone = context.new_page()
    phone.goto(f"{address}/inside")
    phone.wait_for_selector(".sum")
    phone.wait_for_timeout(1500)
    picture = pad(phone, "Map")
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    phone.touchscreen.tap(box["x"] + box["width"] * 20.5 / 160, box["y"] + box["height"] * 30.5 / 160)
    wait_for(phone, (30, 20))
    # The page itself is no wider than the screen; what is wider scrolls inside.
    assert phone.evaluate("document.documentElement.scrollWidth") <= 400
