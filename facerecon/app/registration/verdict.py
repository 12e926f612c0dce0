"""Says how a run ended, and what broke it: who still makes the error that it looks at."""

from __future__ import annotations

from dataclasses import dataclass

from facerecon.app.numbers import two_digits
from facerecon.app.registration.take import Take
from facerecon.evaluation.cloud_pairs import Disturbance

RIGHT_DEGREES, RIGHT_MM = 1.0, 2.0
"Nearer to the truth, a registration is right."
TRAPPED = 10.0
"degrees: farther off, it lies in another valley of the error"
FAR = 60.0
"degrees: from a start farther off, nearest points are rarely true partners"
PROGRESS = 0.97
"of the distance to the truth five steps before: with less, a registration is still on its way"
SAY = 0.3
"share of the squared error from which on somebody is blamed"


@dataclass(frozen=True)
class Verdict:
    key: str
    "`right`, `right_despite`, `trapped`, `outliers`, `overlap`, `creeping` or `blurred`"
    values: dict[str, str]
    "for its sentence"

    @property
    def right(self) -> bool:
        """Whether the registration found the truth."""
        return self.key.startswith("right")


def verdict(made: Take, disturbed: Disturbance) -> Verdict:
    """Judges a run by its end, and blames what disturbed it most."""
    degrees, mm = float(made.turned[-1]), float(made.shifted[-1])
    values = {
        "degrees": two_digits(degrees),
        "mm": two_digits(mm),
        "steps": str(len(made) - 1),
        "start": f"{disturbed.rotation:.0f}",
        "outliers": f"{100 * disturbed.outliers:.0f}",
        "stray": f"{100 * made.stray_say:.0f}",
        "lonely": f"{100 * made.lonely_say:.0f}",
        "noise": f"{disturbed.noise:.1f}",
    }
    return Verdict(_key(made, disturbed, degrees, mm), values)


def _key(made: Take, disturbed: Disturbance, degrees: float, mm: float) -> str:
    if degrees < RIGHT_DEGREES and mm < RIGHT_MM:
        return "right_despite" if disturbed.outliers >= 0.1 or disturbed.overlap <= 0.8 else "right"
    if degrees > TRAPPED and disturbed.rotation > FAR:
        return "trapped"
    if made.outcome == "out_of_iterations" and made.astray[-1] < PROGRESS * made.astray[-min(6, len(made))]:
        return "creeping"
    if max(made.stray_say, made.lonely_say) > SAY:
        return "outliers" if made.stray_say >= made.lonely_say else "overlap"
    return "trapped" if degrees > TRAPPED else "blurred"
