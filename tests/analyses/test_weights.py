"""Weighted regressions and survey designs through the public API: R, and what must hold."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import campaign_effect as ce
from campaign_effect.errors import StatisticsError, SurveyError, UsageError

DATA = Path(__file__).parents[1] / "reference" / "data"
RTOL_SAME = 1e-7  # the same estimate by another way
FORMULA = "ab ~ imp + gender + urban"


@pytest.fixture(scope="module")
def ces():
    frame = pd.read_csv(DATA / "ces11.csv")
    return frame.assign(w=frame["weight"] / frame["weight"].mean())


@pytest.fixture(scope="module")
def survey(ces):
    return ce.read_survey(ces)


def numbers(effect):
    return effect.tidy()[["estimate", "std_error"]].to_numpy(dtype=float)


VCOVS = [
    *(getattr(ce, name)() for name in ("HC0", "HC1", "HC2", "HC3")),
    *(getattr(ce, name)(cluster="province") for name in ("CR0", "CR1", "CR2", "CV3")),
    ce.TwoWay(cluster="province", second="gender"),
]


@pytest.mark.parametrize("vcov", VCOVS, ids=lambda vcov: vcov.name)
@pytest.mark.parametrize("model", [ce.Logit(), ce.Lpm()], ids=["logit", "lpm"])
def test_weights_of_one_are_no_weights(vcov, model, ces):
    survey = ce.read_survey(ces.assign(one=1.0))
    plain = ce.fit_effect(survey, FORMULA, model=model, vcov=vcov)
    equal = ce.fit_effect(survey, FORMULA, model=model, vcov=vcov, weights="one")
    assert_allclose(numbers(equal), numbers(plain), rtol=RTOL_SAME, atol=1e-12)
    one, other = plain.fits[0], equal.fits[0]
    assert_allclose(other.effective_n, other.n)
    for name in ("r2", "mcfadden", "nagelkerke", "tjur", "auc", "brier"):
        assert getattr(one, name) == pytest.approx(getattr(other, name))


@pytest.mark.parametrize(
    "vcov", [*VCOVS, ce.SurveyDesign(strata="province")], ids=lambda vcov: vcov.name
)
def test_the_unit_of_weights_changes_nothing(vcov, ces):
    survey = ce.read_survey(ces.assign(thousand=ces["w"] * 1000))
    one, other = (
        ce.fit_effect(survey, FORMULA, vcov=vcov, weights=name) for name in ("w", "thousand")
    )
    assert_allclose(numbers(one), numbers(other), rtol=RTOL_SAME, atol=1e-12)


@pytest.mark.parametrize("model", [ce.Logit(), ce.Lpm()], ids=["logit", "lpm"])
def test_whole_weights_are_repeated_rows(model, ces):
    times = np.arange(len(ces)) % 3 + 1
    weighted = ce.read_survey(ces.assign(times=times))
    repeated = ce.read_survey(ces.loc[ces.index.repeat(times)].reset_index(drop=True))
    one = ce.fit_effect(weighted, FORMULA, model=model, weights="times")
    other = ce.fit_effect(repeated, FORMULA, model=model)
    assert_allclose(one.tidy()["estimate"], other.tidy()["estimate"], rtol=RTOL_SAME)
    ames = [ce.average_effects(effect).tidy()["estimate"] for effect in (one, other)]
    assert_allclose(*ames, rtol=RTOL_SAME)


def test_respondents_without_a_positive_weight_are_counted(ces):
    w = ces["w"].copy()
    w.iloc[:2], w.iloc[2], w.iloc[3:6] = 0.0, -1.0, np.nan
    survey = ce.read_survey(ces.assign(w=w))
    sample = ce.fit_effect(survey, FORMULA, weights="w").sample
    assert dict(sample.dropped) == {"impossible:w": 3, "blank:w": 3}
    kept = ce.read_survey(ces.iloc[6:].reset_index(drop=True))
    one, other = (ce.fit_effect(s, FORMULA, weights="w") for s in (survey, kept))
    assert_allclose(numbers(one), numbers(other), rtol=RTOL_SAME)


def test_words_are_no_weights(survey):
    with pytest.raises(SurveyError, match="must hold numbers"):
        ce.fit_effect(survey, FORMULA, weights="gender")


def test_models_without_weights_say_so(survey):
    with pytest.raises(StatisticsError, match="Firth takes no weights") as refused:
        ce.fit_effect(survey, FORMULA, model=ce.Firth(), weights="w")
    assert "weights=False" in str(refused.value)


def test_the_classic_covariance_takes_no_weights(survey):
    with pytest.raises(UsageError, match="takes weights for counts"):
        ce.fit_effect(survey, FORMULA, vcov=ce.Classic(), weights="w")


def test_weights_are_named_once(survey):
    with pytest.raises(UsageError, match="has the weights 'w'"):
        ce.fit_effect(survey, FORMULA, vcov=ce.SurveyDesign(weights="w"), weights="weight")
