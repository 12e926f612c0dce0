"""The head in a real browser: it bends without the server, keeps its camera, and its film comes back inside a GLB."""

import numpy as np
import pygltflib
import pytest
from glb_reader import Glb

pytestmark = pytest.mark.browser

VIEWER = "[...document.querySelectorAll('*')].map((n) => n.shadowRoot?.querySelector('.head3d')?.viewer).find(Boolean)"
SKIN = f"{VIEWER}.head.meshes[0].geometry.attributes"


def wait_for_head(page):
    page.wait_for_function(f"() => {VIEWER}?.head?.look")


def weight(page, name: str) -> float:
    return page.evaluate(
        f"(name) => {{ const v = {VIEWER}; return v.head.weights[v.data.names.indexOf(name)]; }}", name
    )


def camera(page) -> list[float]:
    return page.evaluate(f"{VIEWER}.stage.camera().position.toArray()")


@pytest.mark.slow
def test_bend_record_and_take_along(page, address, tmp_path):
    page.goto(f"{address}/expressions")
    wait_for_head(page)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("button", name="Surprise", exact=True).click()
    assert weight(page, "jawOpen") == pytest.approx(0.45)
    page.get_by_text("Eyes", exact=True).click()
    page.get_by_role("slider", name="Blink, left").fill("1")
    assert weight(page, "eyeBlinkLeft") == pytest.approx(1)
    # The skin is where the sum of the file's targets puts it.
    worn = page.evaluate(f"Array.from({VIEWER}.head.weights)")
    skin, moved = page.evaluate(f"[{VIEWER}.data.glb, Array.from({SKIN}.position.array)]")
    content = page.request.get(f"{address}{skin}").body()
    primitive = (glb := Glb(content)).json["meshes"][0]["primitives"][0]
    deltas = [glb.accessor(target["POSITION"]) for target in primitive["targets"]]
    wanted = glb.accessor(primitive["attributes"]["POSITION"]) + np.tensordot(worn, deltas, axes=1)
    np.testing.assert_allclose(np.reshape(moved, (-1, 3)), wanted, atol=2e-6)
    assert np.abs(np.tensordot(worn, deltas, axes=1)).max() > 0.005
    asked.clear()  # the file was asked for by this test
    canvas = page.locator("canvas.gl")
    canvas.focus()
    canvas.press("ArrowLeft")
    turned = camera(page)
    assert not asked, "the server was asked"
    page.get_by_role("button", name="Clear").click()
    page.get_by_role("button", name="Add this face").click()
    page.get_by_role("button", name="Smile", exact=True).first.click()
    page.get_by_role("button", name="Add this face").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Put it into a GLB").click()
        page.get_by_role("button", name="GLB with the film").click()
    path = tmp_path / "head.glb"
    download.value.save_as(path)
    (animation,) = pygltflib.GLTF2().load(str(path)).animations
    assert animation.channels[0].target.path == "weights"
    assert camera(page) == turned and weight(page, "mouthSmileLeft") == pytest.approx(0.75)


@pytest.mark.slow
def test_look_cut_and_lay_over_the_photo(page, address, tmp_path):
    page.goto(f"{address}/model")
    wait_for_head(page)
    page.get_by_role("slider", name="Roughness").fill("0.1")
    roughness = f"{VIEWER}.head.meshes[0].material.roughness"
    assert page.evaluate(roughness) == pytest.approx(0.1)
    page.get_by_role("button", name="Clay", exact=True).first.click()
    assert page.evaluate(roughness) == pytest.approx(0.1), "another look is as glossy"
    page.get_by_role("button", name="Make the file").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="head.glb").click()
    download.value.save_as(tmp_path / "head.glb")
    skin = pygltflib.GLTF2().load(str(tmp_path / "head.glb")).materials[0]
    assert skin.pbrMetallicRoughness.roughnessFactor == 0.1, "the file is as glossy"
    page.get_by_role("button", name="Reset", exact=True).click()
    assert page.evaluate(roughness) == 0.6
    page.get_by_role("button", name="Textured", exact=True).first.click()
    page.get_by_role("button", name="Curvature", exact=True).click()
    page.wait_for_function(f"() => {VIEWER}.head.meshes[0].material.vertexColors")
    page.get_by_role("button", name="Side", exact=True).click()
    assert page.evaluate(f"{VIEWER}.head.meshes[0].material.clippingPlanes.length") == 1
    # Through the photo's camera the outer corners of the head lie where the server drew its outline.
    page.get_by_role("button", name="Photo", exact=True).click()
    widths = page.evaluate(
        f"""() => {{
          const v = {VIEWER}, photo = v.data.photos[0];
          const numbers = photo.outline.match(/-?\\d+ -?\\d+/g).map((pair) => pair.split(" ").map(Number));
          const camera = v.stage.camera();
          camera.updateMatrixWorld(true);
          const {{ position }} = v.head.meshes[0].geometry.attributes;
          const side = Math.min(v.box.clientWidth, v.box.clientHeight);
          const xs = [];
          for (let i = 0; i < position.count; i += 1) {{
            const at = v.head.plane.normal.clone().fromBufferAttribute(position, i);
            at.project(camera);
            xs.push((at.x * v.box.clientWidth / side / 2 + 0.5) * photo.size - 0.5);
          }}
          const ends = (list) => [list.reduce((a, b) => Math.min(a, b)), list.reduce((a, b) => Math.max(a, b))];
          return [ends(xs), ends(numbers.map(([x]) => x))];
        }}"""
    )
    assert widths[0] == pytest.approx(widths[1], abs=3)  # px of 880; the outline is that of the coarser mesh
    page.locator("canvas.gl").press("ArrowRight")
    assert page.evaluate(f"{VIEWER}.stage.shot") is None
    # Twice six slow pictures make it two steps coarser, but only while something moves; six quick ones one step finer.
    ratios = page.evaluate(
        f"""() => {{
          const {{ stage }} = {VIEWER}, found = [];
          const after = (wait, times) => {{
            for (let i = 0; i < times; i += 1) stage.fineness.note(wait);
            for (const moving of [true, false]) {{
              stage.refine(moving);
              found.push(stage.renderer.getPixelRatio());
            }}
          }};
          stage.fineness.share = 1;
          after(50, 12);
          after(10, 6);
          after(10, 60);
          return found;
        }}"""
    )
    assert ratios[::2] == pytest.approx([0.5625, 0.75, 1])
    assert len({*ratios[1::2]}) == 1 and ratios[1] in (1, 2), "at rest it is whole; without a graphics card, smooth too"
