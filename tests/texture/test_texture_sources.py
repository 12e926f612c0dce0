"""Trust, two bands, blending, hair and grain."""

from dataclasses import replace

import numpy as np
import pytest
from synthetic_head import egg, lay_out_egg, paint, photograph

from facerecon.geometry.projection import project
from facerecon.texture.capture import capture
from facerecon.texture.grain import Strands, strength
from facerecon.texture.hair import find_hair
from facerecon.texture.source import blend, details, make_source
from facerecon.texture.trust import judge, learn_from

MESH = egg(40, 80)
LAYOUT = lay_out_egg(MESH, 512)
X, Y, Z = MESH.vertices.T
HAIR, COLLAR = np.array([60.0, 42, 30]), np.array([25.0, 30, 110])
FACE = ((Z > 68) & (Y < 60) & (Y > -70)).astype(float)


def take(yaw=0.0, **more):
    photo, view = photograph(MESH, yaw, **more)
    return capture(photo.image, view.camera, view.camera_from_head, MESH.vertices, MESH.triangles, LAYOUT)


def dressed(points):
    """Hair above, a blue collar below."""
    colours = paint(points)
    colours[points[:, 1] > 62] = HAIR
    colours[points[:, 1] < -75] = COLLAR
    return colours


def test_trust_follows_the_slant_and_ends_at_the_outline():
    seen = take()
    trust = judge(seen, np.ones(len(X)), None, LAYOUT)
    assert (trust >= 0).all() and (trust <= 1).all()
    assert (trust[seen.facing > 0.6] > 0.95).all() and (trust[seen.facing < 0.1] == 0).all()
    assert (trust[seen.inside < 1] == 0).all()


def test_outside_the_face_only_skin_counts():
    seen = take(painted=dressed)
    skin = learn_from(seen, FACE, LAYOUT)
    trust = judge(seen, FACE, skin, LAYOUT)
    clear = seen.facing > 0.5
    assert (trust[clear & (Y > 66)] < 0.01).all() and (trust[clear & (Y < -79)] < 0.01).all()
    assert (trust[clear & (FACE == 1)] > 0.9).all()
    cheek = clear & (FACE == 0) & (np.abs(Y) < 40)
    assert cheek.any() and trust[cheek].min() > 0.6
    # It fades, over about a centimetre, before hair and collar begin.
    band = clear & (FACE == 0) & (Y < -50) & (Y > -73)
    assert np.corrcoef(trust[band], Y[band])[0, 1] > 0.5


def test_nobody_is_learnt_from_a_face_that_is_not_seen():
    assert learn_from(take(np.pi), FACE, LAYOUT) is None


def test_the_two_bands_add_up_to_the_photo():
    seen = take(0.2)
    source = make_source(seen, judge(seen, np.ones(len(X)), None, LAYOUT))
    colours, trust = blend([source])
    detail, visible = details([source], LAYOUT.atlas.from_vertices)
    carry = LAYOUT.atlas.from_vertices
    full = (carry @ trust > 0.99) & visible
    total = carry[full] @ colours + detail[full]
    photo = seen.look_up(project(seen.camera, carry[full] @ seen.vertices))
    np.testing.assert_allclose(total, photo, atol=1.1)  # 8-bit steps of a place rounded to 1/32 px
    assert (detail[~visible] == 0).all()
    assert np.abs(detail[full].mean(axis=0)).max() < 1


def test_the_better_view_wins_and_trust_adds_up():
    front, side = (take(yaw) for yaw in (0.0, 0.9))
    sources = [make_source(s, judge(s, np.ones(len(X)), None, LAYOUT)) for s in (front, side)]
    colours, trust = blend(sources)
    assert (trust >= np.maximum(*(s.trust for s in sources)) - 1e-12).all() and trust.max() <= 1
    only_side = (sources[0].trust == 0) & (sources[1].trust > 0)
    np.testing.assert_allclose(colours[only_side], sources[1].colours[only_side])
    both = (sources[0].trust > 0.3) & (sources[1].trust > 0.3)
    low, high = (f(sources[0].colours[both], sources[1].colours[both]) for f in (np.minimum, np.maximum))
    assert ((colours[both] >= low - 1e-9) & (colours[both] <= high + 1e-9)).all()


def test_mirrored_sources_look_at_the_other_side():
    seen = take(0.7)
    source = make_source(seen, judge(seen, np.ones(len(X)), None, LAYOUT)).corrected(np.full((len(X), 3), 1.1))
    mirrored = source.mirrored(LAYOUT.mirror)
    again = mirrored.mirrored(LAYOUT.mirror)
    np.testing.assert_allclose(again.pixels, source.pixels, atol=1e-6)
    np.testing.assert_allclose(mirrored.gain, 1.1)
    left, right = (np.lexsort((Z.round(3), Y.round(3), s.round(3))) for s in (X, -X))
    np.testing.assert_allclose(mirrored.trust[left], source.trust[right], atol=1e-6)


def test_hair_is_found_on_the_scalp_and_its_absence_too():
    for painted, hairy in ((dressed, True), (None, False)):
        seen = take(painted=painted)
        hair = find_hair([seen], learn_from(seen, FACE, LAYOUT), LAYOUT)
        if hairy:
            np.testing.assert_allclose(hair.colour, HAIR, atol=6)
            assert hair.share[(LAYOUT.scalp > 0.99) & (Z < -60)].mean() > 0.7
            assert hair.share[Y > 85].min() > 0.55
            assert hair.share[(FACE == 1) & (Y < 45)].max() < 0.1
            assert hair.share[LAYOUT.ears > 0.9].max(initial=0) < 0.1
            nape = (LAYOUT.scalp == 0) & (Z < -30)  # unseen: the usual hairline, and no hair below it
            assert nape.sum() > 20 and hair.share[nape].mean() < 0.02
        else:
            assert hair.share.max() == 0
    assert find_hair([], learn_from(seen, FACE, LAYOUT), LAYOUT).share.max() == 0


def test_a_fringe_tells_the_hair_where_the_scalp_is_cut_off():
    seen = take(painted=lambda p: np.where((p[:, 1] > 45)[:, None], HAIR, paint(p)))
    cut = replace(seen, border=np.where(Y > 72, -1.0, 50.0))
    hair = find_hair([cut], learn_from(cut, FACE, LAYOUT), LAYOUT)
    np.testing.assert_allclose(hair.colour, HAIR, atol=12)
    assert hair.share[(LAYOUT.scalp > 0.99) & (Z < -60)].mean() > 0.7
    bare = replace(take(), border=cut.border)
    assert find_hair([bare], learn_from(bare, FACE, LAYOUT), LAYOUT).share.max() == 0


def test_strands_run_along_meridians_and_have_unit_strength():
    rng = np.random.default_rng(0)
    turn, polar = rng.uniform(-np.pi, np.pi, 20000), rng.uniform(0.6, 1.4, 20000)
    crown = np.array([0, np.cos(np.deg2rad(20)), -np.sin(np.deg2rad(20))])
    front = np.array([0, np.sin(np.deg2rad(20)), np.cos(np.deg2rad(20))])

    def at(t, p):
        ring = np.cos(t)[:, None] * front + np.sin(t)[:, None] * np.array([1.0, 0, 0])
        return np.array([0, 15.0, -70]) + 85 * (np.sin(p)[:, None] * ring + np.cos(p)[:, None] * crown)

    values, along, across = (
        Strands(np.random.default_rng(7))(at(turn + dt, polar + dp)) for dt, dp in ((0, 0), (0, 2 / 85), (2.5 / 85, 0))
    )
    assert values.std() == pytest.approx(1, abs=0.12) and values.mean() == pytest.approx(0, abs=0.1)
    along, across = (np.corrcoef(values, other)[0, 1] for other in (along, across))
    assert along > 0.45 and across < 0.25
    np.testing.assert_array_equal(values, Strands(np.random.default_rng(7))(at(turn, polar)))


def test_strength_is_robust_and_bounded():
    rng = np.random.default_rng(1)
    grey = rng.normal(0, 3, 5000)[:, None] * np.ones(3)
    grey[:200] += 90
    everywhere = np.ones(5000, dtype=bool)
    assert strength(grey, everywhere, 0.5, 9) == pytest.approx(3, rel=0.1)
    assert strength(grey, everywhere, 0.5, 2) == 2 and strength(grey, everywhere, 5, 9) == 5
    assert strength(grey, np.arange(5000) < 10, 0.5, 9) == 0.5
