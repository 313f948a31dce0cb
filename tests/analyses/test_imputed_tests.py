"""Doses, differences of effects and error in exposures over imputations that R drew."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal
from tolerances import SOLVED

import campaign_effect as ce
from campaign_effect.analyses.effects import imputing
from campaign_effect.schema.model import Schema
from campaign_effect.stats.design.imputations import Imputations
from campaign_effect.stats.items.one_factor import mcdonald_omega

RTOL_R = 1e-6  # iterated logits on both sides; df are ratios of sums of squares
RTOL_OF_KNOWN = 1e-6  # resamples add the error of R² to an attenuation that R takes as known
BRIEF = ce.Bootstrap(reps=20)


@pytest.fixture
def incomplete(reference, chile, monkeypatch):
    """Give the survey without R's imputed answers, and impute what R did."""
    cells = reference("imputed_effects")["imputed"]
    frame = chile.iloc[::4].reset_index(drop=True)
    frame = frame.assign(sex=pd.Categorical(frame["sex"], ["F", "M"]))
    for name, found in cells.items():
        frame.loc[np.array(found["rows"]) - 1, name] = np.nan
    drawn = {tuple(found["rows"]): np.array(found["values"]).T for found in cells.values()}

    def as_in_r(data, *_, **__):
        rows, columns = [], []
        draws = []
        for j in np.flatnonzero(np.isnan(data).any(axis=0)):
            missing = np.flatnonzero(np.isnan(data[:, j]))
            rows.append(missing)
            columns.append(np.full(len(missing), j))
            draws.append(drawn[tuple(missing + 1)])
        columns = np.concatenate(columns)
        variables = np.unique(columns)
        course = np.ones((6, 2, len(variables)))
        return Imputations(
            data=data,
            rows=np.concatenate(rows),
            columns=columns,
            draws=np.hstack(draws),
            variables=variables,
            means=course,
            spreads=course,
        )

    monkeypatch.setattr(imputing, "impute_chained", as_in_r)
    frame = frame[["y", "sex", "age", "inc", "statusquo", "education"]]
    return ce.read_survey(frame)


def fresh():
    return ce.Imputation(m=6, rounds=2)


def assert_test_is(row, wanted):
    for name, value in wanted.items():
        assert_allclose(getattr(row, name), value, rtol=RTOL_R, err_msg=name)


@pytest.fixture
def doses(incomplete):
    return ce.estimate_dose_response(
        incomplete, "inc", "y ~ inc + sex + age", vcov=ce.Classic(), missing=fresh()
    )


def test_doses_are_those_of_mitml(doses, reference):
    wanted = reference("imputed_tests")["doses"]
    assert_allclose([row.dose for row in doses.doses], wanted["at"])
    assert_allclose([row.estimate for row in doses.doses], wanted["adjusted"], rtol=RTOL_R)
    tests = {row.hypothesis.partition(".")[2]: row for row in doses.tests}
    for name, row in tests.items():
        assert_test_is(row, wanted[name])
    assert len(tests) == 3


def test_an_imputed_answer_is_no_dose_given(doses, incomplete):
    given = incomplete.answers["inc"].value_counts()
    for row in doses.doses:
        assert row.n == given[row.dose] or row.is_suppressed
    assert dict(doses.sample.imputed) == {"inc": incomplete.answers["inc"].isna().sum()}
    assert doses.sample.n_imputations == 6


def equality_of(survey, outcome, model):
    effect = ce.fit_effect(
        survey,
        f"{outcome} ~ inc * education + age",
        model=model,
        vcov=ce.Classic(),
        missing=fresh(),
    )
    (row,) = ce.compare_effects(effect, "inc", by="education").equality
    return row


def test_equal_effects_are_tested_as_mitml_does(incomplete, reference):
    wanted = reference("imputed_tests")["equality"]
    assert_test_is(equality_of(incomplete, "y", ce.Logit()), wanted)


def test_equal_slopes_of_a_linear_model_have_reiter_s_df(incomplete, reference):
    wanted = reference("imputed_tests")["linear"]
    assert_test_is(equality_of(incomplete, "statusquo", ce.Ols()), wanted)


def test_a_known_reliability_corrects_each_imputation(incomplete, reference):
    found = ce.correct_measurement_error(
        incomplete,
        "inc",
        "statusquo ~ inc + age",
        reliability=0.8,
        model=ce.Ols(),
        vcov=ce.Classic(),
        missing=fresh(),
        bootstrap=BRIEF,
    )
    wanted = reference("imputed_tests")["calibrated"]
    (basis,), row = found.reliability, found.effects[1]
    assert_allclose(basis.attenuation, wanted["attenuation"], rtol=RTOL_R)
    assert_allclose(basis.r2, wanted["r2"], rtol=RTOL_R)
    assert_allclose(row.coefficient, wanted["coefficient"], rtol=RTOL_R)
    assert_allclose(row.coefficient_error, wanted["error"], rtol=RTOL_OF_KNOWN)
    assert basis.n_reps == 24  # 20 shared by 6, rounded up


def scaled(n=200, seed=2):
    """Give three items of a construct, some missing given the outcome, and an exposure."""
    rng = np.random.default_rng(seed)
    true = rng.normal(size=n)
    frame = pd.DataFrame({f"i{k}": true + rng.normal(size=n) for k in range(3)})
    dose = np.clip(np.round(true + rng.normal(size=n)) + 1, 0, 3)
    frame = frame.assign(y=true + rng.normal(size=n), dose=dose, sex=rng.integers(0, 3, n))
    frame["sex"] = frame["sex"].astype(str)
    for name, lack in (("i0", 0.2), ("dose", 0.3)):
        frame.loc[(frame["y"] > 0.5) & (rng.random(n) < lack), name] = np.nan
    return frame


def read(frame):
    return ce.read_survey(frame, schema_of(["i0", "i1", "i2"], 5))


def asked(survey, missing):
    """Ask everything that takes imputations."""
    options = {"model": ce.Ols(), "vcov": ce.HC3(), "missing": missing}
    effect = ce.fit_effect(survey, "y ~ i0 * sex + dose", **options)
    return (
        ce.compare_effects(effect, "i0", by="sex"),
        ce.estimate_dose_response(survey, "dose", "y ~ dose + i0", **options),
        ce.correct_measurement_error(
            survey, "construct", "y ~ construct + dose", bootstrap=BRIEF, **options
        ),
    )


def schema_of(items, points):
    columns = [{"name": name, "column": name} for name in items]
    return Schema.model_validate(
        {
            "name": "one",
            "constructs": [{"name": "construct", "scale": "s", "items": columns}],
            "scales": [{"name": "s", "points": [{"code": k} for k in range(1, points + 1)]}],
            "variables": [{"name": n, "column": n, "type": "number"} for n in ("y", "dose")]
            + [{"name": "sex", "column": "sex", "type": "category"}],
        }
    )


@pytest.fixture(scope="module")
def scale():
    frame = scaled()
    items = ["i0", "i1", "i2"]
    frame[items] = np.clip(np.round(frame[items] + 3), 1, 5)
    return frame


def test_nothing_missing_gives_what_is_not_imputed_exactly(scale):
    survey = read(scale.dropna())
    for plain, imputed in zip(asked(survey, None), asked(survey, fresh()), strict=True):
        for part in plain.parts():
            assert_frame_equal(plain.tidy(part), imputed.tidy(part))
        assert "nothing_to_impute" in {notice.code for notice in imputed.notices}


def test_reliability_is_that_of_the_imputed_items(scale):
    survey, choice = read(scale), fresh()
    effect = ce.fit_effect(survey, "y ~ construct + dose", model=ce.Ols(), missing=choice)
    found = asked(survey, choice)[2].reliability[0]
    imputed = effect.pooled[0].imputed
    omegas = [
        mcdonald_omega(
            np.cov(full[:, [imputed.incomplete.names.index(f"i{k}") for k in range(3)]].T),
            n=float(len(full)),
        ).omega
        for full in imputed.incomplete.full(imputed.draws)
    ]
    assert_allclose(found.reliability, np.mean(omegas), rtol=SOLVED)
    assert BRIEF.reps <= found.n_reps < BRIEF.reps + 6


def test_one_choice_draws_once(scale):
    said = []
    choice = ce.Imputation(m=3, rounds=1, on_progress=lambda done, _: said.append(done))
    survey = read(scale)
    options = {"model": ce.Ols(), "missing": choice}
    first = ce.fit_effect(survey, "y ~ dose + i0", **options)
    again = ce.fit_effect(survey, "y ~ i0 + dose", **options)
    assert said == [1, 2, 3]
    fresh = ce.Imputation(m=3, rounds=1)
    alone = ce.fit_effect(survey, "y ~ i0 + dose", model=ce.Ols(), missing=fresh)
    assert alone.coefficients == again.coefficients
    assert first.pooled[0].imputed.draws is again.pooled[0].imputed.draws


def test_the_number_of_exposures_is_that_of_the_imputed_ones(village_survey):
    counted = ce.count_exposures(village_survey)
    choice = ce.Imputation(m=2, rounds=1)
    formula = "voted_calon_1 ~ n_exposures + age"
    pooled = ce.fit_effect(counted, formula, missing=choice).pooled[0]
    incomplete, draws = pooled.imputed.incomplete, pooled.imputed.draws
    assert "n_exposures" not in incomplete.names
    for one, full in zip(pooled.fits, incomplete.full(draws), strict=True):
        places = [incomplete.names.index(n) for n in ("whatsapp", "facebook", "tiktok")]
        assert_allclose(one.answers["n_exposures"], (full[:, places] > 1).sum(axis=1))
    dose = ce.estimate_dose_response(counted, "n_exposures", formula, missing=choice)
    assert dose.sample.n_used == pooled.first.sample.n_used
    assert len(dose.tests) == 3
