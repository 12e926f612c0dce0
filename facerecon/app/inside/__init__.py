"""The lesson that opens a network up: its map, its layers, single numbers, pyramid levels, anchors and losses."""
