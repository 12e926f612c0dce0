"""A registration is scrubbed in a real browser: picture, numbers and curve agree, and the camera never jumps."""

import pytest

pytestmark = pytest.mark.browser

FIND = (
    "[...document.querySelectorAll('*')].map((node) => node.shadowRoot?.querySelector('iframe')?.contentWindow)"
    ".find((inside) => inside?.film)"
)
STEP = ".timeline input"


def film_frame(page):
    """Waits for the frame that plays, and gives it."""
    page.wait_for_function(f"() => {FIND}?.document.body.classList.contains('loaded')")
    (frame,) = (one for one in page.frames if one != page.main_frame and one.locator(STEP).count())
    return frame


def number(page, label: str) -> str:
    cell = page.locator(".numbers > div", has=page.get_by_text(label, exact=True)).locator("dd")
    return cell.inner_text().split()[0].rstrip("°%")


def wait_for_number(page, label: str, wanted) -> None:
    for _ in range(300):
        if wanted(number(page, label)):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{label} stays at {number(page, label)}")


def camera(frame) -> list[float]:
    return frame.evaluate("window.viewer.renderers[0].getActiveCamera().getPosition()")


def scrub(frame, step: int) -> None:
    frame.locator(STEP).fill(str(step))


@pytest.mark.slow
def test_scrub_jump_and_turn(page, address):
    page.goto(f"{address}/registration")
    page.get_by_role("radio", name="Cloud to cloud", exact=True).click()
    frame = film_frame(page)
    last = int(frame.locator(STEP).get_attribute("max"))
    assert int(frame.locator(STEP).input_value()) == last  # who wants no motion sees the end
    # The picture answers by itself, the numbers follow.
    scrub(frame, 0)
    assert frame.locator(".badge span").inner_text().startswith("35° and 30 mm")
    wait_for_number(page, "Turn to go", lambda value: value == "35")
    scrub(frame, last)
    wait_for_number(page, "Turn to go", lambda value: float(value) < 1)
    # A click on the curve moves the picture.
    point = page.locator(".js-plotly-plot .trace").first.locator(".points path").nth(1)
    point.scroll_into_view_if_needed()
    box = point.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    frame.wait_for_function(f"() => document.querySelector('{STEP}').value === '1'")
    # The camera stays where it was turned to, from step to step and from method to method.
    pad = frame.locator(".pad").bounding_box()
    before = camera(frame)
    page.mouse.move(pad["x"] + 200, pad["y"] + 200)
    page.mouse.down()
    page.mouse.move(pad["x"] + 300, pad["y"] + 220, steps=4)
    page.mouse.up()
    turned = camera(frame)
    assert turned != before
    page.get_by_role("radio", name="Symmetric", exact=True).click()
    frame.wait_for_function("() => document.querySelector('.badge b').textContent === 'Symmetric'")
    assert camera(frame) == turned
