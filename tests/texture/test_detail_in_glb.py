from facerecon.pipeline import reconstruct
from facerecon.samples import load_sample


def test_the_normal_map_is_there_only_when_asked_for(parts, astronaut_head):
    """It lies in the texture's own layout, leans outward everywhere, and tells something of the face."""
    assert astronaut_head.normal_map is None
    head = reconstruct([load_sample("astronaut")], parts=parts, texture_size=512, detail=True)
    assert head.normal_map.shape == head.texture.image.shape
    assert (head.normal_map[..., 2] > 128).all()
    told = (head.normal_map != (128, 128, 255)).any(axis=2)
    assert 0.05 < told.mean() < 0.5
    assert head.normal_map[told][:, :2].std() > 3
