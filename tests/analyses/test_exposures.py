"""Platforms compared: corrections, joint tests and shares hold by their definitions."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from statsmodels.stats.multitest import multipletests
from tolerances import SOLVED_TWICE

import campaign_effect as ce
from campaign_effect.errors import UsageError

PLATFORMS = ["whatsapp", "facebook", "tiktok"]
FORMULA = "voted_calon_1 ~ whatsapp + facebook + tiktok + age + gender"


@pytest.fixture(scope="module")
def effect(village_survey):
    return ce.fit_effect(village_survey, FORMULA)


@pytest.fixture(scope="module")
def compared(effect):
    return ce.compare_exposures(effect, PLATFORMS)


def test_corrections_are_those_of_statsmodels(compared):
    rows = compared.tidy()
    for column, method in (("p_holm", "holm"), ("p_bh", "fdr_bh")):
        assert_allclose(rows[column], multipletests(rows["p_value"], method=method)[1])


def test_effects_are_the_average_effects(compared, effect):
    wanted = ce.average_effects(effect, of=PLATFORMS).tidy()
    assert_allclose(compared.tidy()["estimate"], wanted["estimate"])


def test_dominance_adds_up_to_what_the_exposures_add(compared, effect, village_survey):
    one = effect.models[0]
    rows = village_survey.answers.index.difference(one.answers.index)
    same = village_survey.without(rows, reason="incomplete")
    controls = ce.fit_effect(same, "voted_calon_1 ~ age + gender").fits[0].mcfadden
    added = effect.fits[0].mcfadden - controls
    assert_allclose(compared.tidy()["dominance"].sum(), added, rtol=SOLVED_TWICE)
    assert_allclose(compared.tidy()["dominance_share"].sum(), 1)


def test_equality_of_equal_columns_is_not_rejected():
    rng = np.random.default_rng(4)

    frame = pd.DataFrame(rng.normal(size=(500, 3)), columns=["a", "b", "c"])
    frame["y"] = frame[["a", "b", "c"]].sum(axis=1) + rng.normal(size=500)
    effect = ce.fit_effect(ce.read_survey(frame), "y ~ a + b + c", model=ce.Ols())
    tests = {row.hypothesis: row for row in ce.compare_exposures(effect, list("abc")).joint}
    assert tests["hypothesis.all_zero"].p_value < 1e-10
    assert tests["hypothesis.all_equal"].p_value > 0.01
    assert tests["hypothesis.all_equal"].df == 2


def test_one_exposure_and_unknown_ones_are_refused(effect):
    with pytest.raises(UsageError, match="at least two"):
        ce.compare_exposures(effect, ["whatsapp"])
    with pytest.raises(UsageError, match="'gender' is no number"):
        ce.compare_exposures(effect, ["whatsapp", "gender"])
