"""Average effects while missing answers are shifted."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import campaign_effect as ce

RTOL_EXACT = 1e-9  # least squares are linear in the answers; nothing else differs
MISSING = ce.Imputation(m=4, rounds=2)


@pytest.fixture(scope="module")
def gaps():
    """An outcome that is missing more often where x is large."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=150)
    y = 0.3 * x + rng.normal(size=150)
    is_missing = rng.random(150) < 0.6 * (x > 0.3)
    frame = pd.DataFrame({"x": x, "y": np.where(is_missing, np.nan, y)})
    effect = ce.fit_effect(ce.read_survey(frame), "y ~ x", model=ce.Ols(), missing=MISSING)
    return effect, x, is_missing


def test_without_a_shift_effects_are_those_of_the_model(gaps):
    effect, _, _ = gaps
    row = next(r for r in ce.check_missing(effect, "y").effects if r.delta == 0)
    (plain,) = ce.average_effects(effect).effects
    assert (row.estimate, row.p_value) == (plain.estimate, plain.p_value)


def test_a_shift_of_the_outcome_moves_the_slope_as_the_gaps_lie(gaps):
    """Least squares of y + delta M add delta times the slope of M, who is missing."""
    effect, x, is_missing = gaps
    rows = ce.check_missing(effect, "y", deltas=[-1, 2]).effects
    slope = np.polyfit(x, is_missing.astype(float), 1)[0]
    at = {row.delta: row for row in rows}
    for delta in (-1, 2):
        assert_allclose(at[delta].estimate - at[0].estimate, delta * slope, rtol=RTOL_EXACT)
        assert_allclose(at[delta].mean_imputed - at[0].mean_imputed, delta, rtol=RTOL_EXACT)


def test_a_conclusion_that_changes_names_the_nearest_shift(gaps):
    effect, _, _ = gaps
    found = ce.check_missing(effect, "y", deltas=[-3, -2, 2, 3])
    said = {row.delta: row.conf_low > 0 for row in found.effects}
    changed = [delta for delta in said if said[delta] != said[0]]
    (row,) = found.conclusions
    assert not row.stands
    assert row.tipping == min(changed, key=abs)
    (row,) = ce.check_missing(effect, "y", deltas=[0.001]).conclusions
    assert row.stands
    assert row.tipping is None


def test_defaults_are_in_deviations_of_numbers_and_log_odds_of_others(gaps, village_survey):
    effect, _, _ = gaps
    spread = effect.variables[0].sd
    deltas = dict(ce.check_missing(effect, "y").deltas)["y"]
    assert_allclose(deltas, np.array([-0.5, -0.25, 0, 0.25, 0.5]) * spread)
    likert = ce.fit_effect(
        village_survey,
        "voted_calon_1 ~ message_trust",
        missing=ce.Imputation(m=2, rounds=1, asides=True),
    )
    told = []
    found = ce.check_missing(
        likert,
        ["message_trust", "voted_calon_1"],
        deltas=[1],
        on_progress=lambda *now: told.append(now),
    )
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    means = {(r.variable, r.delta): r.mean_imputed for r in found.effects}
    assert means["message_trust", 0.0] is None
    assert means["voted_calon_1", 1.0] > means["voted_calon_1", 0.0]
    for language in ("en", "id"):
        assert ce.Report([found], language=language).to(".html")


def test_what_was_not_imputed_is_refused(gaps):
    effect, _, _ = gaps
    with pytest.raises(ce.CampaignEffectError, match="'x' was imputed"):
        ce.check_missing(effect, "x")
    frame = pd.DataFrame({"x": range(9), "y": [1, 3, 2, 5, 4, 7, 6, 8, 9]})
    plain = ce.fit_effect(ce.read_survey(frame), "y ~ x", model=ce.Ols())
    with pytest.raises(ce.CampaignEffectError, match="was imputed"):
        ce.check_missing(plain, "y")
