"""Complete cases beside imputations, in a call, a plan and a report."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal

import campaign_effect as ce
from campaign_effect.analyses.effects.complete_cases import loss_notices
from campaign_effect.errors import UsageError

FORMULA = "voted_calon_1 ~ whatsapp + facebook + age"
NAMES = ("effects", "margins", "complete_cases", "exposures", "dose_response", "linear")


@pytest.fixture(scope="module")
def pair(village_survey):
    imputed = ce.fit_effect(
        village_survey, FORMULA, missing=ce.Imputation(m=3, rounds=2, seed=5)
    )
    return ce.fit_effect(village_survey, FORMULA), imputed


def test_both_are_those_of_their_models(pair):
    found = ce.compare_complete_cases(*pair, of=["whatsapp", "facebook"])
    rows = found.tidy()
    for effect, columns in zip(
        pair,
        (
            ("complete_estimate", "complete_low", "complete_high", "complete_p_value"),
            ("estimate", "conf_low", "conf_high", "p_value"),
        ),
        strict=True,
    ):
        margins = ce.average_effects(effect, of=["whatsapp", "facebook"]).tidy()
        wanted = margins[["estimate", "conf_low", "conf_high", "p_value"]]
        assert_allclose(rows[list(columns)], wanted)
    outcome = "voted_calon_1"
    assert found.sample_of(outcome) == pair[1].sample
    assert found.sample_of(f"{outcome}:complete") == pair[0].sample
    assert all(0 <= row.fmi < 1 for row in found.effects)


def test_nothing_missing_leaves_no_difference():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"y": rng.normal(size=40), "x": rng.normal(size=40)})
    survey = ce.read_survey(frame)
    plain = ce.fit_effect(survey, "y ~ x", model=ce.Ols())
    imputed = ce.fit_effect(survey, "y ~ x", model=ce.Ols(), missing=ce.Imputation(m=2))
    (row,) = ce.compare_complete_cases(plain, imputed).effects
    assert (row.estimate, row.p_value) == (row.complete_estimate, row.complete_p_value)
    assert row.fmi is None
    assert not row.is_changed


def test_a_change_is_one_of_what_the_interval_says(pair):
    row = ce.compare_complete_cases(*pair).effects[0]
    sides = {"complete_low": 0.1, "complete_high": 0.3, "conf_low": 0.1, "conf_high": 0.2}
    assert not dataclasses.replace(row, **sides).is_changed
    assert dataclasses.replace(row, **sides | {"conf_low": -0.1}).is_changed


def test_unlike_models_are_refused(pair, village_survey):
    complete, imputed = pair
    other = ce.fit_effect(village_survey, "voted_calon_1 ~ whatsapp")
    with pytest.raises(UsageError, match="different models"):
        ce.compare_complete_cases(other, imputed)
    for wrong in ((imputed, complete), (complete, complete)):
        with pytest.raises(UsageError, match="Complete cases come first"):
            ce.compare_complete_cases(*wrong)


@pytest.fixture(scope="module")
def findings(village_survey):
    said = []
    plan = ce.Plan(analyses=(*NAMES, "clusters"), impute=3, seed=4)
    found = ce.run(plan, village_survey, on_progress=lambda done, m: said.append((done, m)))
    return found, said


def test_a_plan_imputes_once_an_outcome(findings):
    found, said = findings
    assert said == [(1, 3), (2, 3), (3, 3)] * 2
    assert {result.name for result in found.results} == {*NAMES, "clusters"}
    outcomes = [dict(result.samples).get("voted_calon_1") for result in found.results]
    assert {sample.n_imputations for sample in outcomes if sample} == {0, 3}
    assert [notice.code for notice in found.notices].count("complete_cases_only") == 1
    assert "many_incomplete" not in {notice.code for notice in found.notices}


def test_a_plan_gives_what_the_calls_give(findings, village_survey):
    choice = ce.Imputation(m=3, seed=4)
    by_name = {result.name: result for result in findings[0].results}
    effect = ce.fit_effect(findings[0].survey, missing=choice)
    assert_frame_equal(by_name["effects"].tidy(), effect.tidy())
    assert_frame_equal(by_name["margins"].tidy(), ce.average_effects(effect).tidy())
    linear = ce.fit_effect(findings[0].survey, model=ce.Lpm(), missing=choice)
    assert_frame_equal(by_name["linear"].tidy(), linear.tidy())
    dose = by_name["dose_response"].sample_of("voted_calon_1:n_exposures")
    assert dose == effect.sample_of("voted_calon_1")


def test_a_report_says_what_was_imputed_in_both_languages(findings):
    found, _ = findings
    words = {
        "en": (
            *("were imputed 3 times: ", "Age in years (", "Fraction of missing information: "),
            *("What imputing missing answers changes", "Complete cases: *n* = ", "D1 (Li"),
            *("none imputed", "computed from complete cases"),
        ),
        "id": (
            *("diimputasi 3 kali: ", "Usia (tahun) (", "Fraksi informasi yang hilang: "),
            *("Apa yang berubah karena imputasi", "Kasus lengkap: *n* = ", "D1 (Li"),
            *("bukan hasil imputasi", "dihitung dari kasus lengkap"),
        ),
    }
    for language, wanted in words.items():
        report = ce.Report(found.results, language, notices=found.notices)
        text = report.to(".md").decode()
        assert [word for word in wanted if word not in text] == []


def test_a_large_loss_is_said_and_a_small_one_is_not(village_survey):
    codes = [
        (dict(notice.facts)["outcome"], dict(notice.facts)["n"])
        for notice in loss_notices(village_survey)
    ]
    effect = ce.fit_effect(village_survey)
    for outcome, n in codes:
        dropped = dict(effect.sample_of(outcome).dropped)
        kept_out = sum(k for why, k in dropped.items() if why.startswith(("not_", "aside")))
        assert n == sum(dropped.values()) - kept_out
    assert codes
    columns = ["whatsapp", "facebook", "tiktok", "age", "education"]
    incomplete = village_survey.answers[columns].isna().any(axis=1)
    rows = village_survey.answers.index[incomplete]
    assert not list(loss_notices(village_survey.without(rows, reason="incomplete")))


def test_a_plan_says_what_the_option_would_impute(village_survey):
    found = ce.run(ce.Plan(analyses=("margins",)), village_survey)
    notices = [notice for notice in found.notices if notice.code == "many_incomplete"]
    assert len(notices) == 2
    for language in ("en", "id"):
        text = ce.Report(found.results, language, notices=notices).to(".txt").decode()
        assert "--impute 20" in text
    described = ce.run(ce.Plan(analyses=("description",)), village_survey)
    assert "many_incomplete" not in {notice.code for notice in described.notices}


def test_a_plan_shifts_the_exposure_that_lacks_most(village_survey):
    plan = ce.Plan(analyses=("sensitivity",), impute=2, seed=4)
    (found,) = ce.run(plan, village_survey).results
    assert {row.variable for row in found.effects} == {"tiktok"}
    assert {row.term for row in found.conclusions} == {"whatsapp", "facebook", "tiktok"}
    known = village_survey.answers[["whatsapp", "facebook", "tiktok"]].notna().all(axis=1)
    rows = village_survey.answers.index[~known]
    full = ce.run(plan, village_survey.without(rows, reason="speeder"))
    assert not full.results
    for language in ("en", "id"):
        report = ce.Report([], language, notices=full.notices, glossary=village_survey.glossary)
        word = {"en": "No answer to an exposure", "id": "Tidak ada jawaban yang hilang"}
        assert word[language] in report.to(".txt").decode()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"impute": 1}, "at least 2 imputations"),
        ({"impute": 2.5}, "at least 2 imputations"),
        ({"analyses": ("complete_cases",)}, "'complete_cases' is of imputations"),
    ],
)
def test_a_wrong_plan_is_refused(options, message):
    with pytest.raises(UsageError, match=message):
        ce.Plan(**options)
