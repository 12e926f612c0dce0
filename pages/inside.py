"""Inside the network: RetinaFace opened up on the visitor's photo, from its map down to one multiplication."""

from importlib.resources import files

import streamlit as st

from facerecon.app import layout, weights
from facerecon.app.code import show_code
from facerecon.app.detection import bench
from facerecon.app.inside.explorer import explore
from facerecon.app.inside.levels import levels
from facerecon.app.inside.views import DETECTOR, Subject
from facerecon.detection.anchors import assign
from facerecon.networks.losses import focal_loss
from facerecon.networks.trace import explain, receptive_field, trace

run = layout.begin("inside", "detection")
st.html(f"<style>{files('facerecon.app.inside').joinpath('style.css').read_text('utf-8')}</style>")
subject = Subject.of(run)
missing = bench.missing(DETECTOR)
if missing:
    weights.offer(missing, bench.label(DETECTOR))
else:
    explore(subject)
    levels(subject)
layout.lesson("inside")
show_code(trace, explain, receptive_field, assign, focal_loss)
