"""What brightness tells of shape, once reflectance and light are integrated out.

Nobody knows the skin's reflectance or the lamps, and neither is estimated for its own sake. The residuals of all photos
together are a sample of a Gaussian process over the face (Rasmussen and Williams 2006, chapter 2): of covariance

    C = [reflectance of a place, shared by its photos]            s_a² exp(−d / l_a) + s_w² δ
      + [what one photo alone shows: creases, sheen, misfit]      s_e² exp(−d / l_e)
      + [noise, more where a place stands out]                    s_n² / w + (s_a² + s_w²) (1 / w − 1)

d the distance of two places on the mean head. So neighbours, which err alike, are not counted twice; what several
photos show of one place, its reflectance does not blur; and the nine light coefficients, linear and with a weak prior
around even light, are eliminated from the normal equations by Schur's complement:

    H = JᵀC⁻¹J − JᵀC⁻¹D (DᵀC⁻¹D + P)⁻¹ DᵀC⁻¹J

Shape is thus told only by what no other light could have done. w falls with a residual's square (Geman and McClure):
brows, beard, glasses and cast shadows lose their say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from facerecon.photometric.residuals import Seen


@dataclass(frozen=True)
class Noise:
    """Standard deviations of the logarithm of brightness, and how far they reach."""

    reflectance: float = 0.12
    "s_a"
    reflectance_reach: float = 15.0
    "l_a, mm"
    freckles: float = 0.07
    "s_w: reflectance of a place alone"
    misfit: float = 0.08
    "s_e"
    misfit_reach: float = 12.0
    "l_e, mm"
    sensor: float = 0.04
    "s_n"
    robust: float = 2.5
    "residual over its standard deviation at which a place begins to count for little"
    least: float = 1e-3
    "w is not smaller"
    lamps: tuple[float, float, float] = (0.5, 0.6, 0.3)
    "prior spread of the light's orders around light from everywhere, over that"

    @property
    def total(self) -> float:
        """Standard deviation of one residual."""
        return float(np.sqrt(self.reflectance**2 + self.freckles**2 + self.misfit**2 + self.sensor**2))


@dataclass(frozen=True, eq=False)
class Evidence:
    """All photos at one state of head and light."""

    matrix: np.ndarray
    "`(P, P)` in the order of `NormalEquations`, light eliminated"
    gradient: np.ndarray
    "`(P,)`"
    cost: float
    "rᵀC⁻¹r with the light that suits it best, and what that light costs"
    spread: float
    "robust standard deviation of the residuals, each photo's middle apart"
    residuals: Tensor
    "`(M,)` of all photos, one after another"
    surprise: Tensor
    "`(M,)` C⁻¹r: what a Gaussian process predicts from"
    answer: Tensor
    "`(9 F, 1 + P)` best change of the light, and how it goes along with a move of the head"
    even: Tensor
    "`(F,)` coefficient of light from everywhere that is as bright"

    def light_after(self, lights: Tensor, delta: np.ndarray) -> Tensor:
        """Gives the lights `(F, 9)` that go with a step `(P,)`; none changes by more than half at once."""
        step = torch.as_tensor(delta, dtype=lights.dtype, device=lights.device)
        change = -(self.answer[:, 0] + self.answer[:, 1:] @ step).reshape(lights.shape)
        most = 0.5 * self.even[:, None]
        return lights + torch.minimum(torch.maximum(change, -most), most)


class Weigher:
    """Weighs residuals by how they err together.

    Args:
        distances: `(N, N)` mm between the places.
        noise: see Noise.
    """

    def __init__(self, distances: Tensor, noise: Noise):
        self.noise = noise
        self.shared = noise.reflectance**2 * torch.exp(-distances / noise.reflectance_reach)
        self._own = noise.misfit**2 * torch.exp(-distances / noise.misfit_reach)

    def gather(self, seen: Sequence[Seen], lights: Tensor) -> Evidence:
        """Linearises all photos.

        Args:
            seen: by photo.
            lights: `(F, 9)` by photo.
        """
        residuals, jacobian, by_light = _stacked(seen, lights)
        owner = torch.cat([torch.full_like(one.rows, number) for number, one in enumerate(seen)])
        middles = torch.stack([residuals[owner == number].median() for number in range(len(seen))])
        away = residuals - middles[owner]
        spread = 1.4826 * float(away.abs().median())
        scale = max(spread / self.noise.total, 1.0)
        covariance = self._covariance(torch.cat([one.rows for one in seen]), owner, away / scale)
        factor = scale * torch.linalg.cholesky(covariance)
        columns = torch.cat([jacobian, by_light, residuals[:, None]], dim=1)
        white = torch.linalg.solve_triangular(factor, columns, upper=False)
        size = jacobian.shape[1]
        by_head, by_light, white = white[:, :size], white[:, size:-1], white[:, -1:]
        even = torch.stack([one.even for one in seen])
        prior, offset = self._light_prior(lights, even)
        information = by_light.T @ by_light + torch.diag(prior)
        pull = by_light.T @ white + (prior * offset)[:, None]
        across = by_light.T @ by_head
        answer = torch.linalg.solve(information, torch.cat([pull, across], dim=1))
        matrix = by_head.T @ by_head - across.T @ answer[:, 1:]
        gradient = by_head.T @ white - across.T @ answer[:, :1]
        cost = (white**2).sum() + (prior * offset**2).sum() - (pull.T @ answer[:, :1]).sum()
        surprise = torch.linalg.solve_triangular(factor.T, white, upper=True)[:, 0]
        found = [value.cpu().numpy().astype(np.float64) for value in (matrix, gradient[:, 0])]
        return Evidence(*found, float(cost), spread, residuals, surprise, answer, even)

    def _covariance(self, rows: Tensor, owner: Tensor, away: Tensor) -> Tensor:
        noise = self.noise
        weight = (1 + (away / (noise.robust * noise.total)) ** 2) ** -2
        weight = weight.clamp(min=noise.least)
        pairs = rows[:, None], rows[None]
        covariance = self.shared[pairs] + torch.where(owner[:, None] == owner[None], self._own[pairs], 0.0)
        covariance = covariance + noise.freckles**2 * (rows[:, None] == rows[None])
        alone = noise.sensor**2 / weight + (1 / weight - 1) * (noise.reflectance**2 + noise.freckles**2)
        return covariance + torch.diag(alone)

    def _light_prior(self, lights: Tensor, even: Tensor) -> tuple[Tensor, Tensor]:
        """Gives the prior's information on the lights, and how far they are from even light, `(9 F,)` each."""
        spread = lights.new_tensor(np.repeat(self.noise.lamps, (1, 3, 5))) * even[:, None]
        offset = lights.clone()
        offset[:, 0] -= even
        return (spread**-2).reshape(-1), offset.reshape(-1)


def _stacked(seen: Sequence[Seen], lights: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Puts all photos below each other: residuals `(M,)`, their Jacobian `(M, P)`, and by the lights `(M, 9 F)`."""
    parts = [one.linearised(light) for one, light in zip(seen, lights, strict=True)]
    count = seen[0].by_identity.shape[1]
    own = parts[0][1].shape[1] - count
    total = sum(len(part[0]) for part in parts)
    jacobian = lights.new_zeros(total, count + own * len(seen))
    by_light = lights.new_zeros(total, 9 * len(seen))
    end = 0
    for number, (residuals, by_head, light) in enumerate(parts):
        rows = slice(end, end + len(residuals))
        end = rows.stop
        jacobian[rows, :count] = by_head[:, :count]
        jacobian[rows, count + own * number : count + own * (number + 1)] = by_head[:, count:]
        by_light[rows, 9 * number : 9 * (number + 1)] = light
    return torch.cat([part[0] for part in parts]), jacobian, by_light
