from pathlib import Path

from facerecon.assets import licences, manifest

ROOT = Path(__file__).parents[2]


def test_every_asset_and_requirement_is_listed():
    parts = licences()
    assert len({part.key for part in parts}) == len(parts)
    assert {asset.file for asset in manifest().values()} <= {part.name for part in parts}
    told = " ".join(f"{part.name} {part.key}" for part in parts).lower().replace("pytorch", "torch")
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        name = line.split(">")[0].split("=")[0].strip().lower().removesuffix("-python")
        assert name in told, f"{name} has no row in licences.toml"


def test_every_part_says_whose_it_is():
    for part in licences():
        assert part.licence and part.origin and part.kind in ("code", "data", "font", "weights")
