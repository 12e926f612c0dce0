"""Registration: a head fitted to the photo, clouds brought together, and two ways to do that side by side."""

from facerecon.app import layout
from facerecon.app.code import show_code
from facerecon.app.registration import bench, controls, duel, fit, light, modes, prior, watch
from facerecon.morphable.face_model import LinearFaceModel
from facerecon.morphable.fitting import fit_steps
from facerecon.morphable.normal_equations import NormalEquations, bounded_step

run = layout.begin("registration", "fitting")
part = controls.choose_part()
if part == controls.PHOTO:
    light.switch()
    fit.replay(run)
    layout.lesson("registration")
    show_code(fit_steps, bounded_step, *light.code())
elif part == controls.PRIOR:
    prior.weigh(run)
    layout.lesson("prior")
    show_code(prior.sweep, NormalEquations.at)
elif part == controls.MODEL:
    modes.meet(run)
    layout.lesson("prior")
    show_code(LinearFaceModel.shape, modes.nearer)
else:
    subject = bench.subject(run)
    names = watch.watch(subject) if part == controls.CLOUDS else duel.duel(subject)
    layout.lesson("clouds")
    show_code(*bench.code(names))
