"""Checks over imputations equal mice's, and those of other models say what they can."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from tolerances import DIFFERENCED, ROUNDING, STOPPED

import campaign_effect as ce
from campaign_effect.analyses.effects.formulas import check_formula
from campaign_effect.analyses.effects.pooled import PooledModel
from campaign_effect.analyses.effects.regression import fit_completed
from campaign_effect.analyses.effects.rows import EffectResult
from campaign_effect.results import Sample

DATA = Path(__file__).parents[1] / "reference" / "data"
LOGIT = "y ~ sex + age + inc + statusquo"
RTOL_R = 1e-6  # iterated logits on both sides; df are ratios of sums of squares


@pytest.fixture(scope="module")
def pooled(reference):
    """Check models of the imputations that R drew."""
    frame = pd.read_csv(DATA / "chile_yn.csv").iloc[::4].reset_index(drop=True)
    frame = frame.assign(sex=pd.Categorical(frame["sex"], ["F", "M"]))
    frames = []
    for i in range(6):
        full = frame[["y", "sex", "age", "inc", "statusquo", "comm"]].copy()
        for name, cells in reference("imputed_effects")["imputed"].items():
            full.loc[np.array(cells["rows"]) - 1, name] = np.array(cells["values"])[:, i]
        frames.append(full)

    def check(vcov, text=LOGIT, model=None):
        formula = check_formula(text, list(frame))
        sample = Sample(n_total=len(frame), n_used=len(frame))
        fits = fit_completed(formula, frames, model or ce.Logit(), vcov, sample)
        parts = (("coefficients", sample), ("fits", sample), (formula.outcome, sample))
        return ce.check_assumptions(
            EffectResult(
                coefficients=(),
                fits=(),
                level=0.95,
                pooled=(PooledModel(fits=fits),),
                samples=parts,
            )
        )

    return check


@pytest.fixture(scope="module")
def expected(reference):
    return reference("imputed_checks")


def agree(row, wanted, rtol):
    found = [row.statistic, row.df_2, row.p_value]
    assert_allclose(found, [wanted["F"], wanted["df_2"], wanted["p"]], rtol=rtol)


@pytest.mark.parametrize(
    ("name", "vcov"), [("classic", ce.Classic()), ("CR2", ce.CR2(cluster="comm"))]
)
def test_the_link_test_is_pooled_as_mice_does(name, vcov, pooled, expected):
    (row,) = pooled(vcov).tests
    agree(row, expected["link"][name], RTOL_R)


def test_reset_is_mices_d1(pooled, expected):
    (row,) = pooled(ce.Classic(), "statusquo ~ sex + age + inc", ce.Ols()).tests
    agree(row, expected["reset"], RTOL_R)


def test_the_area_is_pooled_on_the_logit_scale(pooled, expected):
    (row,) = pooled(ce.Classic()).discrimination
    wanted = expected["area"]
    found = [row.auc, row.conf_low, row.conf_high]
    assert_allclose(found, [wanted["auc"], wanted["low"], wanted["high"]], rtol=DIFFERENCED)
    assert row.interval == "interval.pooled"


def test_inflation_is_the_mean_of_cars(pooled, expected):
    found = [row.gvif for row in pooled(ce.Classic()).inflation]
    assert_allclose(found, expected["inflation"], rtol=STOPPED)


def test_what_is_not_pooled_is_said(pooled):
    result = pooled(ce.Classic())
    notices = {notice.code: dict(notice.facts) for notice in result.notices}
    assert notices["checks_imputed"]["m"] == result.n_imputations == 6
    assert notices["checks_left_out"]["tests"] == ("test.hosmer_lemeshow",)
    assert not result.influence
    for language, words in (("en", "Rubin's rules"), ("id", "aturan Rubin")):
        assert words in ce.Report([result], language=language).to(".md").decode()


def test_average_answers_are_all_counted(pooled):
    result = pooled(ce.Classic())
    n = result.sample.n_used
    assert sum(row.n for row in result.calibration) == n
    (row,) = result.classification
    parts = (row.true_positives, row.false_positives, row.true_negatives, row.false_negatives)
    assert sum(parts) == n


@pytest.fixture(scope="module")
def survey():
    rng = np.random.default_rng(4)
    n, villages = 600, 30
    village = np.arange(n) % villages
    x, z = rng.normal(size=n), rng.normal(size=n)
    latent = x + 0.5 * z + rng.normal(size=villages)[village] + rng.logistic(size=n)
    return ce.read_survey(
        pd.DataFrame(
            {
                "x": x,
                "z": z,
                "place": rng.normal(size=villages)[village],
                "w": rng.uniform(0.5, 2, n),
                "village": [f"village {v}" for v in village],
                "event": (latent > 0).astype(float),
                "third": rng.integers(0, 3, n).astype(float),
                "two": (x > 0).astype(float),
                "grade": np.digitize(latent, [-1.0, 1.0]).astype(float),
                "choice": np.array(["one", "other", "third"])[np.digitize(latent, [-1, 1])],
            }
        )
    )


@pytest.mark.parametrize(
    ("outcome", "model"), [("choice", ce.Multinomial()), ("grade", ce.OrderedLogit())]
)
@pytest.mark.parametrize("weights", [False, "w"])
def test_every_category_is_calibrated_over_everyone(outcome, model, weights, survey):
    effect = ce.fit_effect(survey, f"{outcome} ~ x + z", model=model, weights=weights)
    result = ce.check_assumptions(effect)
    rows = result.tidy("calibration")
    assert (rows.groupby("category")["n"].sum() == survey.n).all()
    if not weights:  # where tenths are alike large, shares add up to 1
        shares = rows.assign(part=rows["n"] * rows["observed_share"]).groupby("category")
        assert_allclose(shares["part"].sum().sum(), survey.n, rtol=ROUNDING)
    assert len(result.inflation) == 2


def test_a_multinomial_model_says_that_alternatives_are_not_tested(survey):
    effect = ce.fit_effect(survey, "choice ~ x + z", model=ce.Multinomial())
    result = ce.check_assumptions(effect)
    assert [notice.code for notice in result.notices] == ["alternatives_untested"]
    page = ce.Report([result], language="id").to(".html").decode()
    assert page.count("<svg") == len(effect.models[0].categories)


def test_village_effects_are_tested_and_said_to_be_shrunken(survey):
    effect = ce.fit_effect(survey, "event ~ x + z", model=ce.RandomIntercept(cluster="village"))
    result = ce.check_assumptions(effect)
    (row,) = result.tests
    assert (row.assumption, row.test) == ("assumption.normal_effects", "test.shapiro_wilk")
    assert row.p_value > 0.05  # the effects were drawn normal
    assert [notice.code for notice in result.notices] == ["effects_shrunken"]
    (calibration,) = {row.category for row in result.calibration}
    assert calibration is None
    observed = sum(row.n * row.observed_share for row in result.calibration)
    expected = sum(row.n * row.expected_share for row in result.calibration)
    assert_allclose(observed, expected, rtol=0.02)  # averaged over effects, not fitted to it


def test_estimating_equations_have_the_checks_of_their_clusters(survey):
    effect = ce.fit_effect(survey, "event ~ x + z", model=ce.Gee(cluster="village"))
    result = ce.check_assumptions(effect)
    rows = {row.test: row for row in result.tests}
    assert set(rows) == {"test.mean_residual", "test.link_f"}
    residual = rows["test.mean_residual"]
    assert (residual.df, residual.df_2) == (9, 29 - 9 + 1)
    assert min(row.p_value for row in result.tests) > 0.05  # the model is right
    (auc,) = result.discrimination
    assert auc.interval == "interval.linearised"


def test_the_order_of_the_file_changes_nothing_of_estimating_equations(survey):
    shuffled = ce.read_survey(survey.answers.sample(frac=1, random_state=2))
    one, other = (
        ce.check_assumptions(
            ce.fit_effect(s, "event ~ x + z", model=ce.Gee(cluster="village"))
        ).tests
        for s in (survey, shuffled)
    )
    found, wanted = ([row.statistic for row in rows] for rows in (one, other))
    assert_allclose(found, wanted, rtol=STOPPED)


def test_clusters_widen_the_interval_of_the_area(survey):
    alone, clustered = (
        ce.check_assumptions(ce.fit_effect(survey, "event ~ place", vcov=vcov))
        for vcov in (ce.HC3(), ce.CR2(cluster="village"))
    )
    alone, clustered = alone.discrimination[0], clustered.discrimination[0]
    assert alone.interval == "interval.delong"
    assert clustered.std_error > 1.2 * alone.std_error
    assert_allclose(alone.auc, clustered.auc, rtol=ROUNDING)


def test_a_model_of_every_group_leaves_no_residuals_between_them(survey):
    effect = ce.fit_effect(survey, "event ~ C(third)", weights="w")
    codes = [notice.code for notice in ce.check_assumptions(effect).notices]
    assert "checks_failed" in codes


@pytest.mark.parametrize("weights", [False, "w"])
def test_a_test_that_the_answers_cannot_tell_is_said(weights, survey):
    effect = ce.fit_effect(survey, "event ~ two", weights=weights)
    result = ce.check_assumptions(effect)
    (notice,) = (one for one in result.notices if one.code == "checks_failed")
    names = ("mean_residual", "link_f") if weights else ("hosmer_lemeshow", "link")
    assert dict(notice.facts)["tests"] == tuple(f"test.{name}" for name in names)
    assert not result.tests
    assert result.discrimination


@pytest.mark.parametrize("villages", [2, 3])
def test_too_few_villages_for_groups_are_said(villages, survey):
    few = survey.answers[
        survey.answers["village"].isin([f"village {v}" for v in range(villages)])
    ]
    effect = ce.fit_effect(
        ce.read_survey(few), "event ~ x", weights="w", vcov=ce.CR1(cluster="village")
    )
    result = ce.check_assumptions(effect)
    failed = [dict(n.facts)["tests"] for n in result.notices if n.code == "checks_failed"]
    assert "test.mean_residual" in failed[0]
    assert result.discrimination
