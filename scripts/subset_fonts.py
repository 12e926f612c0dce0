"""Cuts the Chinese font down to the characters that the app's own texts use, and writes it into static/fonts.

Noto Sans SC (Google and Adobe, OFL-1.1) has 30,000 glyphs, of which our texts need some hundreds. What visitors bring
in (file names) is drawn by the fonts of their system, which follow in the list of `.streamlit/config.toml`.

    npm pack @fontsource/noto-sans-sc && tar xzf fontsource-noto-sans-sc-*.tgz
    pip install fonttools brotli
    python scripts/subset_fonts.py package/files

Run it again when tests/app/test_fonts.py says that a character is missing.
"""

from __future__ import annotations

import argparse
from pathlib import Path

ROOT = Path(__file__).parents[1]
FONTS = ROOT / "static" / "fonts"
TEXTS = ROOT / "facerecon" / "app"
WEIGHTS = (400, 600)


def characters() -> str:
    """Collects every character beyond Latin that the texts and lessons use, sorted."""
    files = [*TEXTS.glob("texts/*.toml"), *TEXTS.glob("lessons/*/*.md"), TEXTS / "texts.py"]
    used = set("".join(path.read_text("utf-8") for path in files))
    return "".join(sorted(c for c in used if ord(c) >= 0x2E80 or 0x2010 <= ord(c) <= 0x2026 or c == "·"))


def main() -> None:
    """Writes a font file a weight, and the list of characters that they hold."""
    from fontTools import subset

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the files of @fontsource/noto-sans-sc")
    folder = parser.parse_args().folder
    text = characters()
    for weight in WEIGHTS:
        options = subset.Options(flavor="woff2", layout_features=["*"], notdef_outline=True)
        font = subset.load_font(folder / f"noto-sans-sc-chinese-simplified-{weight}-normal.woff2", options)
        cutter = subset.Subsetter(options)
        cutter.populate(text=text)
        cutter.subset(font)
        target = FONTS / f"noto-sans-sc-part-{weight}.woff2"
        subset.save_font(font, target, options)
        print(f"{target.name}: {len(text)} characters, {target.stat().st_size / 1000:.0f} kB")
    (FONTS / "noto-sans-sc-part.txt").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
