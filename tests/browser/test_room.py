"""The link into the visitor's room: only in a browser that can, and to a file that this server gives."""

import pytest

pytestmark = pytest.mark.browser

CAN = """const real = DOMTokenList.prototype.supports;
DOMTokenList.prototype.supports = function (token) { return token === "ar" || real.call(this, token); };"""


@pytest.mark.slow
def test_only_where_it_works(page, address):
    for can in (False, True):
        if can:
            page.add_init_script(CAN)
        page.goto(f"{address}/model")
        page.get_by_text("USDZ", exact=True).first.click()
        if not can:
            page.get_by_role("button", name="Make the file").click()  # later it is known
        page.get_by_role("button", name="head.usdz").wait_for()
        page.locator(".room").wait_for(state="attached")
        page.wait_for_selector("[data-test-script-state=notRunning]", state="attached")
        link = page.locator('a[rel="ar"]')
        if not can:
            assert link.count() == 0
    assert link.inner_text() == "See it in your room"
    # Quick Look takes a link whose first child is a picture, to a file of this kind.
    assert link.evaluate("(node) => node.firstElementChild.tagName") == "IMG"
    answer = page.request.get(link.get_attribute("href"))
    assert answer.status == 200 and answer.body()[:2] == b"PK"
    assert answer.headers["content-type"] == "model/vnd.usdz+zip"
