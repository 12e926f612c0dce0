"""Photometric evidence: the brightness of skin under a photo's light tells how its surface is inclined."""
