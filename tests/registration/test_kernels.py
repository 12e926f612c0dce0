import numpy as np
import pytest

from facerecon.registration import KERNELS
from facerecon.registration.kernels import Kernel, annealing, natural_scale


@pytest.mark.parametrize("name", KERNELS)
def test_weights_are_the_loss_s_derivative_over_the_residual(name):
    kernel = KERNELS.create(name)
    assert isinstance(kernel, Kernel)
    residuals, step = np.linspace(0.013, 6, 400), 1e-5
    for scale in (0.7, 2.0):
        slope = (kernel.loss(residuals + step, scale) - kernel.loss(residuals - step, scale)) / (2 * step)
        assert np.allclose(kernel.weights(residuals, scale), slope / residuals, atol=1e-4)
        assert (np.diff(kernel.weights(residuals, scale)) <= 1e-12).all()
        assert kernel.weights(np.zeros(1), scale) == pytest.approx(1)


@pytest.mark.parametrize("name", [name for name in KERNELS if name != "none"])
def test_tuning_leaves_95_percent_of_the_efficiency(name):
    """Asymptotic efficiency of an M-estimator of location on normal residuals: (E ψ')² / E ψ²."""
    kernel = KERNELS.create(name)
    r = np.linspace(-9, 9, 200_001)
    density = np.exp(-(r**2) / 2) / np.sqrt(2 * np.pi) * (r[1] - r[0])
    psi = r * kernel.weights(r, kernel.tuning)
    efficiency = (np.gradient(psi, r) @ density) ** 2 / (psi**2 @ density)
    assert efficiency == pytest.approx(0.95, abs=2e-3)


def test_the_natural_scale_is_blind_to_a_third_of_outliers(rng):
    residuals = np.abs(rng.normal(size=3000))
    residuals[:600] = 1e6
    assert natural_scale(KERNELS.create("huber"), residuals) == pytest.approx(1.345, rel=0.4)


def test_annealing_ends_at_one():
    factors = [annealing(10.0, number) for number in range(12)]
    assert factors[0] == 10 and factors[-1] == 1 and factors == sorted(factors, reverse=True)
