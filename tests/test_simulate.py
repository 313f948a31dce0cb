import time
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import integrate, stats
from scipy.special import expit
from tolerances import ROUNDING

from campaign_effect.errors import UsageError
from campaign_effect.simulate import Design, simulate_answers
from campaign_effect.simulate.answers import draw_events

RTOL_QUADRATURE = 1e-10  # Gauss-Hermite against adaptive quadrature
MC_ERRORS = 4  # one false alarm in 16,000
LARGE = Design(villages=20_000, per_village=40, effect=0.6, icc=0.10)


def by_village(values, design):
    return values.reshape(design.villages, design.per_village)


def test_true_ame_is_the_integral_over_normal_log_odds():
    design = Design(effect=0.8, icc=0.2)
    variance = design.village_sd**2 + (0.4**2 + 0.2**2) * 1.25

    def gain(t):
        density = stats.norm.pdf(t, design.intercept, np.sqrt(variance))
        return (expit(design.effect + t) - expit(t)) * density

    expected, _ = integrate.quad(gain, -12, 12, epsabs=1e-13)
    assert_allclose(design.true_ame, expected, rtol=RTOL_QUADRATURE)


def test_true_ame_is_what_exposed_and_unexposed_differ_by():
    # exposure is independent of all else, so the plain difference estimates the AME
    answers = simulate_answers(LARGE, seed=7)
    y, x = by_village(answers.outcome, LARGE), by_village(answers.exposure, LARGE)
    yes, no = y[x == 1].mean(), y[x == 0].mean()
    influence = x * (y - yes) / x.mean() - (1 - x) * (y - no) / (1 - x).mean()
    error = influence.mean(axis=1).std() / np.sqrt(LARGE.villages)
    assert abs(yes - no - answers.true_ame) < MC_ERRORS * error


def test_without_effect_the_true_ame_is_zero():
    assert Design(effect=0).true_ame == 0


def test_villages_share_the_planned_part_of_the_latent_variance():
    # two neighbours both say yes as often as a village effect of that variance makes them
    design = replace(LARGE, effect=0.0, control_effects=())
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    both = weights @ expit(design.intercept + design.village_sd * nodes) ** 2 / weights.sum()
    y = by_village(simulate_answers(design, seed=3).outcome, design)
    k = design.per_village
    pairs = y.sum(axis=1) * (y.sum(axis=1) - 1) / (k * (k - 1))
    assert abs(pairs.mean() - both) < MC_ERRORS * pairs.std() / np.sqrt(design.villages)


def test_village_sd_gives_the_icc_back():
    between = Design(icc=0.05).village_sd ** 2
    assert_allclose(between / (between + np.pi**2 / 3), 0.05, rtol=ROUNDING)


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_exposure_varies_within_villages_around_its_share(share):
    design = replace(LARGE, share_exposed=share, exposure_sd=0.0)
    exposure = simulate_answers(design, seed=5).exposure
    error = np.sqrt(share * (1 - share) / design.n)
    assert abs(exposure.mean() - share) < MC_ERRORS * error


def test_the_same_seed_gives_the_same_bytes():
    first, again, other = (simulate_answers(Design(), seed=seed) for seed in (1, 1, 2))
    for name in ("exposure", "controls", "village", "outcome"):
        assert getattr(first, name).tobytes() == getattr(again, name).tobytes()
    assert first.outcome.tobytes() != other.outcome.tobytes()


def test_answers_have_the_shapes_of_the_design_and_cannot_be_written():
    answers = simulate_answers(Design(control_effects=(0.1, 0.2, 0.3)), seed=1)
    assert answers.controls.shape == (420, 3)
    assert np.bincount(answers.village).tolist() == [35] * 12
    assert set(answers.outcome) == set(answers.exposure) == {0.0, 1.0}
    with pytest.raises(ValueError, match="read-only"):
        answers.outcome[0] = 1


@pytest.mark.parametrize(
    ("name", "value"), [("icc", 1.0), ("share_exposed", 0.0), ("villages", 0), ("icc", -0.1)]
)
def test_a_number_outside_its_range_is_refused(name, value):
    with pytest.raises(UsageError, match=f"{name} is out of its range"):
        Design(**{name: value})


def test_events_happen_as_often_as_their_log_odds_say():
    events = draw_events(np.full(100_000, 1.0), np.random.default_rng(1))
    p = expit(1.0)
    assert abs(events.mean() - p) < MC_ERRORS * np.sqrt(p * (1 - p) / 100_000)


def test_a_survey_is_drawn_in_well_under_a_millisecond():
    design = Design()
    simulate_answers(design, seed=0)
    times = []
    for seed in range(200):
        start = time.perf_counter()
        simulate_answers(design, seed=seed)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.3e-3  # the least is what the machine's other work did not slow
