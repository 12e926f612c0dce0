"""Compare: two faces by embedding, landmarks and head, what that proves; and how an embedding learns."""

import streamlit as st

from facerecon.app import layout
from facerecon.app.code import show_code
from facerecon.app.compare import identity, look, pair, shapes, triplets
from facerecon.app.texts import t
from facerecon.comparison import compare_skins, laid_on
from facerecon.identity.embedding import compare, distance
from facerecon.networks.metric_losses import semi_hard_triplets, triplet_loss

PROOFS = ("near", "far", "shape", "fair")

run = layout.begin("compare")
look.dress()
both = pair.follow(run)
here = not identity.missing()
found = identity.compared(both) if both and here else None

faces, answer = st.columns([7, 5], gap="large")
with faces:
    pair.show_faces(run, both)
with answer:
    if found:
        identity.show_verdict(found)
    elif not here:
        identity.offer_weights()
    pair.choose(both)
if found:
    identity.show_scale(found)
if both:
    shapes.show_heads(both)
    shapes.show_landmarks(both)

st.subheader(t("compare.proof"), anchor=False)
look.paragraphs([(t(f"compare.proof_{name}"), t(f"compare.proof_{name}_note")) for name in PROOFS])

st.subheader(t("compare.triplets"), anchor=False)
layout.caption("compare.triplets_lead")
if here:
    triplets.play(run, both)
layout.lesson("compare")
show_code(compare, distance, triplet_loss, semi_hard_triplets, compare_skins, laid_on)
