"""Error in an exposure: corrected as R does, and the truth comes back in simulations."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from tolerances import SOLVED_TWICE, STOPPED

import campaign_effect as ce
from campaign_effect.errors import StatisticsError, UsageError
from campaign_effect.schema.model import Schema
from campaign_effect.stats.models.measurement_error import attenuation

REFERENCE = Path(__file__).parents[1] / "reference"
RTOL_OMEGA = 2e-6  # lavaan stops up to 1e-6 from the maximum
FEW = ce.Bootstrap(reps=60)
N_RUNS, N, SEED = 60, 500, 7
MC_ERRORS = 4  # one false alarm in 16,000 seeds, and the seed is fixed
ITEMS = {"C1": False, "C2": False, "C3": False, "C4": True, "C5": True}


def schema_of(items, points):
    scale = {"name": "s", "points": [{"code": code} for code in range(1, points + 1)]}
    columns = [
        {"name": name, "column": name, "reversed": turned} for name, turned in items.items()
    ]
    return Schema.model_validate(
        {
            "name": "one",
            "scales": [scale],
            "constructs": [{"name": "construct", "scale": "s", "items": columns}],
            "variables": [
                {"name": name, "column": name, "type": "number"}
                for name in ("y", "high", "z", "age", "gender")
            ],
        }
    )


@pytest.fixture(scope="module")
def wanted(reference):
    return reference("measurement_error")


@pytest.fixture(scope="module")
def survey(bfi):
    folder = pd.read_csv(REFERENCE / "data" / "bfi.csv")
    frame = bfi.join(folder[["age", "gender"]])
    frame["y"] = frame[[f"N{i}" for i in range(1, 6)]].mean(axis=1, skipna=False)
    frame = frame.dropna(subset=["y", *ITEMS])
    frame = frame.assign(high=(frame["y"] > 3.5).astype(int), z=0)
    return ce.read_survey(
        frame[[*ITEMS, "y", "high", "z", "age", "gender"]], schema_of(ITEMS, 6)
    )


def corrected(survey, formula, **asked):
    found = ce.correct_measurement_error(
        survey, "construct", formula, bootstrap=FEW, vcov=ce.HC3(), **asked
    )
    return found, *found.effects


def test_a_linear_model_is_corrected_as_in_r(survey, wanted):
    formula = "y ~ construct + age + gender"
    found, plain, calibrated = corrected(survey, formula, model=ce.Ols())
    (basis,) = found.reliability
    assert found.sample.n_used == wanted["n"]
    assert_allclose(basis.reliability, wanted["omega"], rtol=RTOL_OMEGA)
    assert_allclose(basis.attenuation, wanted["attenuation"], rtol=RTOL_OMEGA)
    assert_allclose(basis.r2, wanted["r2"], rtol=SOLVED_TWICE)
    assert_allclose(plain.coefficient, wanted["naive"], rtol=SOLVED_TWICE)
    assert_allclose(plain.coefficient_error, wanted["naive_hc3"], rtol=SOLVED_TWICE)
    for road in ("calibrated", "moments"):
        assert_allclose(calibrated.coefficient, wanted[road], rtol=RTOL_OMEGA)


def test_the_error_adds_that_of_the_attenuation_to_r_s(survey, wanted):
    found, _, row = corrected(survey, "y ~ construct + age + gender", model=ce.Ols())
    (basis,) = found.reliability
    added = wanted["calibrated"] * basis.std_error / basis.attenuation
    total = np.hypot(wanted["calibrated_hc3"], added)
    assert_allclose(row.coefficient_error, total, rtol=RTOL_OMEGA)


def test_a_logit_and_its_average_effect_are_corrected_as_in_r(survey, wanted):
    _, plain, calibrated = corrected(survey, "high ~ construct + age + gender")
    assert_allclose(plain.estimate, wanted["logit_naive_ame"], rtol=STOPPED)
    assert_allclose(calibrated.coefficient, wanted["logit"], rtol=RTOL_OMEGA)
    assert_allclose(calibrated.estimate, wanted["logit_ame"], rtol=RTOL_OMEGA)


def test_without_error_nothing_is_corrected(survey):
    _, plain, same = corrected(survey, "y ~ construct + age", model=ce.Ols(), reliability=1)
    assert_allclose(same.coefficient, plain.coefficient)
    assert_allclose(same.conf_low, plain.conf_low)


def test_a_known_reliability_alone_is_the_factor(survey):
    found, plain, row = corrected(survey, "y ~ construct", model=ce.Ols(), reliability=0.5)
    assert_allclose(row.estimate, 2 * plain.estimate)
    assert found.reliability[0].std_error == 0
    assert found.reliability[0].source == "source.given"


def simulated(rng, *, error):
    """Four items of a true exposure that goes with z; the outcome knows only the truth."""
    z = rng.normal(size=N)
    x = 0.5 * z + rng.normal(size=N)
    w = x[:, None] + error * rng.normal(size=(N, 4))
    y = 0.6 * x + 0.4 * z + rng.normal(size=N)
    frame = pd.DataFrame(w, columns=[f"i{i}" for i in range(4)])
    return frame.assign(w=w.mean(axis=1), y=y, z=z), error**2 / 4 / (1.25 + error**2 / 4)


def test_the_truth_comes_back_from_attenuated_associations():
    rng = np.random.default_rng(SEED)
    plain, calibrated, covered = [], [], []
    for _ in range(N_RUNS):
        frame, lost = simulated(rng, error=1.5)
        found = ce.correct_measurement_error(
            ce.read_survey(frame),
            "w",
            "y ~ w + z",
            reliability=1 - lost,
            model=ce.Ols(),
            bootstrap=FEW,
        )
        plain.append(found.effects[0].coefficient)
        calibrated.append(found.effects[1].coefficient)
        covered.append(found.effects[1].conf_low < 0.6 < found.effects[1].conf_high)
    spread = np.std(calibrated) / np.sqrt(N_RUNS)
    assert abs(np.mean(calibrated) - 0.6) < MC_ERRORS * spread
    assert np.mean(plain) < 0.45
    error = np.sqrt(0.05 * 0.95 / N_RUNS)
    assert np.mean(covered) > 0.95 - MC_ERRORS * error


def test_attenuation_does_not_depend_on_units_and_weights_are_repeats():
    rng = np.random.default_rng(2)
    Z = np.column_stack([np.ones(50), rng.normal(size=(50, 2))])
    w = Z @ [0.0, 1.0, -1.0] + 2 * rng.normal(size=50)
    found = attenuation(0.8, w, Z)
    assert_allclose(attenuation(0.8, 10 * w + 3, Z).factor, found.factor)
    times = rng.integers(1, 4, 50)
    repeated = attenuation(0.8, np.repeat(w, times), np.repeat(Z, times, axis=0))
    assert_allclose(attenuation(0.8, w, Z, times.astype(float)).factor, repeated.factor)


def test_what_cannot_be_corrected_is_refused(survey):
    asked = {"model": ce.Ols(), "bootstrap": FEW}
    with pytest.raises(UsageError, match="no construct"):
        ce.correct_measurement_error(survey, "age", "y ~ age", **asked)
    with pytest.raises(UsageError, match="one term of its own"):
        ce.correct_measurement_error(survey, "construct", "y ~ construct * age", **asked)
    with pytest.raises(StatisticsError, match="not above 1"):
        ce.correct_measurement_error(survey, "age", "y ~ age", reliability=1.2, **asked)
    with pytest.raises(StatisticsError, match="explain as much"):
        attenuation(0.3, np.arange(6.0), np.column_stack([np.ones(6), np.arange(6) ** 2.0]))


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_assumption_is_said(village_survey, language):
    found = ce.correct_measurement_error(
        village_survey,
        "message_trust",
        "voted_calon_1 ~ message_trust + age + gender",
        bootstrap=FEW,
    )
    report = ce.Report([found], language=language).to(".md").decode()
    assert (
        "The correction holds only if" if language == "en" else "Koreksi ini hanya"
    ) in report
