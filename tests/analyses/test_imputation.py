"""Multiple imputation behind fit_effect: what is imputed, pooled, said and refused."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal
from scipy.special import expit
from tolerances import ROUNDING, SOLVED

import campaign_effect as ce
from campaign_effect.analyses.effects.formulas import check_formula
from campaign_effect.analyses.effects.pooled import PooledModel
from campaign_effect.analyses.effects.pooled_tests import joint_test_of, likelihood_ratio_of
from campaign_effect.analyses.effects.regression import fit_completed
from campaign_effect.analyses.effects.rows import EffectResult
from campaign_effect.results import Sample
from campaign_effect.stats.design.imputations import VillageTerms

RTOL_R = 1e-6  # iterated logits on both sides; df are ratios of sums of squares
RTOL_INTERCEPT = 0.03  # mice estimates the intercept again where Meng and Rubin do not
MC_ERRORS = 4  # of draws with a fixed seed: one false alarm in 16,000 seeds
BRIEF = ce.Imputation(m=3, rounds=2)
FORMULA = "voted_calon_1 ~ whatsapp + message_trust + age + gender"


@pytest.fixture(scope="module")
def given(reference, chile):
    """Fit R's logit to the imputations that R drew."""
    found = reference("imputed_effects")
    frame = chile.iloc[::4].reset_index(drop=True)
    frame = frame.assign(sex=pd.Categorical(frame["sex"], ["F", "M"]))
    frames = []
    for i in range(6):
        full = frame[["y", "sex", "age", "inc", "statusquo", "comm"]].copy()
        for name, cells in found["imputed"].items():
            rows = np.array(cells["rows"]) - 1
            full.loc[rows, name] = np.array(cells["values"])[:, i]
        frames.append(full)

    def fit(vcov, text="y ~ sex + age + inc + statusquo"):
        formula = check_formula(text, list(frame))
        sample = Sample(n_total=len(frame), n_used=len(frame))
        return PooledModel(fits=fit_completed(formula, frames, ce.Logit(), vcov, sample))

    return found, fit


def columns(tests, *names):
    return [np.array([getattr(test, name) for test in tests]) for name in names]


def test_pooling_under_cr2_matches_mice_with_the_df_of_clubsandwich(given):
    found, fit = given
    pooled = fit(ce.CR2(cluster="comm"))
    tests = pooled.infer(lambda one: (one.parameters.values, one.parameters.contrasts), 0.95)
    sample = (("coefficients", pooled.first.sample), ("y", pooled.first.sample))
    effect = EffectResult(
        coefficients=(), fits=(), level=0.95, pooled=(pooled,), samples=sample
    )
    both = [*tests, *ce.average_effects(effect, of=["inc", "statusquo"]).effects]
    keys = ("estimate", "std_error", "df")
    for key, values in zip(("b", "se", "df"), columns(both, *keys), strict=True):
        assert_allclose(values, found["CR2"][key], rtol=RTOL_R, err_msg=key)
    assert_allclose(columns(tests, "riv")[0], found["CR2"]["riv"][:5], rtol=RTOL_R)


def test_pooling_without_clusters_matches_mice_with_infinite_complete_df(given):
    found, fit = given
    pooled = fit(ce.Classic())
    tests = pooled.infer(lambda one: (one.parameters.values, one.parameters.contrasts), 0.95)
    keys = ("estimate", "std_error", "df", "riv", "fmi")
    for key, values in zip(("b", "se", "df", "riv", "fmi"), columns(tests, *keys), strict=True):
        assert_allclose(values, found["classic"][key], rtol=RTOL_R, err_msg=key)


@pytest.fixture(scope="module")
def effect(village_survey):
    return ce.fit_effect(village_survey, FORMULA, missing=BRIEF)


def test_respondents_are_kept_and_counted(effect, village_survey):
    listwise = ce.fit_effect(village_survey, FORMULA)
    assert effect.sample.n_used > listwise.sample.n_used
    assert set(dict(effect.sample.dropped)) == {
        "not_compared:voted_calon_1",
        "aside:voted_calon_1",
    }
    used = effect.pooled[0].imputed.incomplete.survey.answers
    items = [name for name in used if name.startswith("trust_")]
    asked = used[["voted_calon_1", "whatsapp", "age", "gender", *items]]
    assert effect.sample.n_imputed == asked.isna().any(axis=1).sum()
    for _, sample in effect.samples:
        assert sample.n_used + sum(n for _, n in sample.dropped) == village_survey.n


def test_every_part_has_a_sample_and_can_be_said(effect):
    assert set(effect.parts()) <= set(dict(effect.samples))
    for language in ("en", "id"):
        report = ce.Report([effect, ce.average_effects(effect)], language=language)
        text = report.to(".md").decode()
        assert "FMI" in text
        note = {"en": "Missing answers of {} of them", "id": "Jawaban yang hilang dari {}"}
        assert text.count(note[language].format(effect.sample.n_imputed)) == 2
        assert report.to(".html")


def test_what_is_imputed_is_counted_by_variable(effect, village_survey):
    rows = {row.variable: row for row in effect.variables}
    used = effect.pooled[0].imputed.incomplete.survey.answers
    for name, row in rows.items():
        assert row.n_imputed == used[name].isna().sum()
        assert row.n + row.n_imputed == effect.sample.n_used
    assert rows["age"].method == "imputed_by.matching"
    assert rows["whatsapp"].method == "imputed_by.ordered_logit"
    assert "message_trust" not in rows
    assert {name for name in rows if name.startswith("trust_")}
    assert len(effect.chains) == 3 * 2 * len(rows)


def test_scores_are_made_of_imputed_items(effect):
    pooled = effect.pooled[0]
    incomplete, draws = pooled.imputed.incomplete, pooled.imputed.draws
    full = pd.DataFrame(draws.completed(1), columns=list(incomplete.names))
    trust = full[[name for name in full if name.startswith("trust_")]].mean(axis=1)
    assert_allclose(pooled.fits[1].answers["message_trust"], trust, rtol=ROUNDING)


def test_the_seed_and_only_the_seed_decides(effect, village_survey):
    again = ce.fit_effect(village_survey, FORMULA, missing=replace(BRIEF))
    assert again.parts() == effect.parts()
    other = ce.fit_effect(village_survey, FORMULA, missing=ce.Imputation(m=3, rounds=2, seed=2))
    assert other.coefficients != effect.coefficients


def test_the_order_of_a_formula_does_not_change_the_imputations(effect, village_survey):
    turned = "voted_calon_1 ~ gender + age + message_trust + whatsapp"
    other = ce.fit_effect(village_survey, turned, missing=replace(BRIEF))
    draws = [one.pooled[0].imputed.draws.draws for one in (effect, other)]
    assert np.array_equal(*draws)


def test_nothing_missing_is_as_without_imputation():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"y": rng.normal(size=40), "x": rng.normal(size=40)})
    survey = ce.read_survey(frame)
    plain = ce.fit_effect(survey, "y ~ x", model=ce.Ols())
    imputed = ce.fit_effect(survey, "y ~ x", model=ce.Ols(), missing=BRIEF)
    for part in plain.parts():
        assert_frame_equal(plain.tidy(part), imputed.tidy(part))
    assert [notice.code for notice in imputed.notices] == ["nothing_to_impute"]
    assert not imputed.variables


def test_asides_are_imputed_where_asked(village_survey):
    choice = ce.Imputation(m=2, rounds=1, asides=True)
    found = ce.fit_effect(village_survey, FORMULA, missing=choice)
    assert dict(found.sample.dropped).keys() == {"not_compared:voted_calon_1"}
    assert "voted_calon_1" in {row.variable for row in found.variables}


def test_auxiliary_variables_are_in_the_imputation_model(village_survey):
    choice = ce.Imputation(m=2, rounds=1, auxiliary=("party_closeness", "facebook"))
    found = ce.fit_effect(village_survey, FORMULA, missing=choice)
    assert {"party_closeness", "facebook"} <= {row.variable for row in found.variables}
    assert found.pooled[0].first.formula.columns == (
        "whatsapp",
        "message_trust",
        "age",
        "gender",
    )


def survey_with_gaps(n=240, seed=3):
    """Give 12 villages whose answers are missing at random given the outcome."""
    rng = np.random.default_rng(seed)
    village = np.repeat(np.arange(12), n // 12)
    x = rng.normal(size=n) + 0.5 * rng.normal(size=12)[village]
    y = 1 + x + 0.4 * rng.normal(size=12)[village] + rng.normal(size=n)
    z = rng.normal(size=n)
    x = np.where(rng.random(n) < expit(y - 1), np.nan, x)
    return ce.read_survey(
        pd.DataFrame({"y": y, "x": x, "z": z, "village": village.astype(str)})
    )


def test_curves_share_their_knots_and_are_said_to_be_passive():
    effect = ce.fit_effect(
        survey_with_gaps(),
        "y ~ bs(x, df=4) + x:z",
        model=ce.Ols(),
        vcov=ce.CR2(cluster="village"),
        missing=BRIEF,
    )
    passive = [n for n in effect.notices if n.code == "imputed_passively"]
    assert dict(passive[0].facts)["terms"] == ("bs(x, df=4)", "x:z")
    low, high = effect.pooled[0].fits[0], effect.pooled[0].fits[-1]
    assert_allclose(low.design.of(high.answers), high.design.X, rtol=ROUNDING)
    assert ce.average_effects(effect, of="x").effects[0].df is not None


def test_effects_are_the_means_of_those_of_the_imputations(effect):
    pooled = effect.pooled[0]
    found = [row.estimate for row in ce.average_effects(effect).effects]
    each = []
    for one in pooled.fits:
        single = replace(effect, pooled=(PooledModel(fits=(one,)),))
        each.append([row.estimate for row in ce.average_effects(single).effects])
    assert_allclose(found, np.mean(each, axis=0), rtol=ROUNDING)
    rows = ce.predict_probabilities(effect, "whatsapp").predictions
    assert all(0 < row.conf_low < row.estimate < row.conf_high < 1 for row in rows)


@pytest.mark.parametrize("model", [ce.Multinomial(), ce.OrderedLogit(), ce.Firth(), ce.Lpm()])
def test_every_form_of_outcome_is_pooled(village_survey, model):
    outcome = {"multinomial": "vote", "ordered_logit": "facebook"}.get(
        model.name, "voted_calon_1"
    )
    formula = f"{outcome} ~ whatsapp + age"
    effect = ce.fit_effect(village_survey, formula, model=model, missing=BRIEF)
    assert len(effect.information) == len(effect.coefficients)
    assert all(0 <= row.fmi < 1 for row in effect.information)
    assert ce.average_effects(effect).effects
    assert ce.Report([effect]).to(".md")


def test_joint_tests_match_mice(given):
    found, fit = given
    pooled = fit(ce.Classic())
    terms = list(pooled.first.design.terms)
    contrasts = np.eye(5)[[terms.index("sex[T.M]"), terms.index("inc")]]
    test = joint_test_of(pooled, contrasts)
    shown = (test.statistic, test.df_num, test.df_denom, test.p_value)
    assert_allclose(shown, found["D1"][:4], rtol=RTOL_R)
    smaller = fit(ce.Classic(), "y ~ age + statusquo")
    ratio = likelihood_ratio_of(smaller, pooled, 2)
    assert_allclose(
        (ratio.statistic, ratio.riv), (found["D3"]["F"], found["D3"]["riv"]), RTOL_R
    )
    assert_allclose(ratio.statistic, found["D3"]["mice"][0], rtol=RTOL_INTERCEPT)


def test_a_joint_test_of_one_term_is_its_t_test(given):
    _, fit = given
    pooled = fit(ce.CR2(cluster="comm"))
    tests = pooled.infer(lambda one: (one.parameters.values, one.parameters.contrasts), 0.95)
    for place, test in enumerate(tests):
        joint = joint_test_of(pooled, np.eye(5)[[place]])
        assert_allclose(joint.statistic, test.statistic**2, rtol=SOLVED)
        assert_allclose((joint.df_denom, joint.p_value), (test.df, test.p_value), rtol=SOLVED)


def test_the_same_data_many_times_give_hotellings_f(given):
    _, fit = given
    one = fit(ce.CR2(cluster="comm")).fits[0]
    many = PooledModel(fits=(one,) * 5)
    contrasts = np.eye(5)[1:3]
    single = joint_test_of(PooledModel(fits=(one,)), contrasts)
    assert_allclose(joint_test_of(many, contrasts).statistic, single.statistic, rtol=SOLVED)
    assert likelihood_ratio_of(many, many, 1) is None


FORMULAS = ("y ~ x", "y ~ x + z + x:z")


def steps(model, vcov, auxiliary=("z",)):
    survey = survey_with_gaps()
    choice = ce.Imputation(m=5, rounds=2, auxiliary=auxiliary)
    options = {"model": model, "vcov": vcov, "missing": choice}
    return [ce.fit_effect(survey, formula, **options) for formula in FORMULAS]


def test_nested_models_are_compared_over_the_same_imputations():
    found = ce.compare_models(steps(ce.Ols(), ce.HC3()), of="x")
    assert found.steps[1].df == 2
    assert found.steps[1].lr_chi2 is None
    (ratio,) = found.likelihood_ratios
    assert (ratio.df, ratio.added) == (2, "z, x:z")
    assert 0 < ratio.p_value < 1
    assert [row.step for row in found.effects] == [1, 2]
    clustered = ce.compare_models(steps(ce.Ols(), ce.CR2(cluster="village")), of="x")
    assert not clustered.likelihood_ratios
    assert clustered.steps[1].df_2 < 12
    for language in ("en", "id"):
        report = ce.Report([found, clustered], language=language)
        assert "D3" in report.to(".txt").decode()


def test_different_imputations_are_not_compared():
    with pytest.raises(ce.CampaignEffectError, match="different imputations"):
        ce.compare_models(steps(ce.Ols(), ce.HC3(), auxiliary=()))


def test_platforms_are_compared_over_imputations(village_survey):
    effect = ce.fit_effect(
        village_survey, "voted_calon_1 ~ whatsapp + facebook + age", missing=BRIEF
    )
    found = ce.compare_exposures(effect, ["whatsapp", "facebook"])
    assert len(found.joint) == 2
    assert all(row.dominance > 0 for row in found.exposures)
    wanted = ce.average_effects(effect, of=["whatsapp", "facebook"]).effects
    assert [row.p_value for row in found.exposures] == [row.p_value for row in wanted]


def test_what_is_not_known_over_imputations_is_refused_kindly(effect):
    with pytest.raises(ce.CampaignEffectError, match="over several imputations"):
        ce.check_clusters(effect)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"m": 1}, "at least 2 imputations"),
        ({"rounds": 0}, "1 round"),
        ({"likert": "polr"}, "cannot be imputed by 'polr'"),
        ({"auxiliary": "age"}, "are the text 'age'"),
    ],
)
def test_a_wrong_choice_is_refused(options, message):
    with pytest.raises(ce.CampaignEffectError, match=message):
        ce.Imputation(**options)


@pytest.mark.parametrize("name", ["vote", "took_part", "voted_calon_1"])
def test_an_auxiliary_that_is_the_outcome_is_refused(name, village_survey):
    with pytest.raises(ce.CampaignEffectError, match="same answers as the outcome"):
        ce.fit_effect(village_survey, FORMULA, missing=ce.Imputation(auxiliary=(name,)))


def test_a_variable_that_nobody_answered_is_refused():
    frame = pd.DataFrame({"y": [0.0, 1, 1, 0], "x": [1.0, 2, 3, 4], "z": [np.nan] * 4})
    with pytest.raises(ce.CampaignEffectError, match="'z' has"):
        ce.fit_effect(
            ce.read_survey(frame.assign(z=frame["z"].astype(float))), "y ~ x + z", missing=BRIEF
        )


def test_a_text_of_its_own_for_everyone_imputes_nothing():
    survey = survey_with_gaps()
    answers = survey.answers.assign(remark=[f"remark {i}" for i in range(survey.n)])
    frame = ce.read_survey(answers)
    with pytest.raises(ce.CampaignEffectError, match="240 categories, too many"):
        ce.fit_effect(
            frame, "y ~ x", model=ce.Ols(), missing=ce.Imputation(auxiliary=("remark",))
        )


def test_a_word_for_missing_is_refused(village_survey):
    with pytest.raises(ce.CampaignEffectError, match="treated by 'mice'"):
        ce.fit_effect(village_survey, FORMULA, missing="mice")


def test_many_small_villages_enter_by_their_means():
    rng = np.random.default_rng(5)
    village = np.repeat(np.arange(40), 2)
    village[:20] = np.arange(100, 120)  # 20 of one, 30 of two
    frame = pd.DataFrame({"x": rng.normal(size=80), "village": village.astype(str)})
    frame["y"] = frame["x"] + rng.normal(size=80)
    frame.loc[::7, "x"] = np.nan
    found = ce.fit_effect(
        ce.read_survey(frame),
        "y ~ x",
        model=ce.Ols(),
        vcov=ce.CR2(cluster="village"),
        missing=BRIEF,
    )
    assert found.pooled[0].imputed.incomplete.terms is VillageTerms.MEANS
    assert found.coefficients[1].p_value < 0.01


def test_who_has_no_village_or_no_answer_is_left_out_and_counted():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"y": rng.normal(size=60), "x": rng.normal(size=60)})
    frame["village"] = np.repeat(list("abcdef"), 10)
    frame.loc[0, "village"] = None
    frame.loc[1, ["y", "x"]] = np.nan
    frame.loc[2, "x"] = np.nan
    found = ce.fit_effect(
        ce.read_survey(frame),
        "y ~ x",
        model=ce.Ols(),
        vcov=ce.CR2(cluster="village"),
        missing=BRIEF,
    )
    assert found.sample.n_used == 58
    assert dict(found.sample.dropped) == {"blank:village": 1, "no_answer": 1}


def test_weights_are_in_the_imputation_model_and_never_imputed():
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({"x": rng.normal(size=120), "w": rng.uniform(0.5, 2, 120)})
    frame["y"] = (rng.random(120) < expit(frame["x"])).astype(float)
    frame.loc[:20, "x"] = np.nan
    frame.loc[50, "w"] = np.nan
    found = ce.fit_effect(ce.read_survey(frame), "y ~ x", weights="w", missing=BRIEF)
    assert "w" in found.pooled[0].imputed.incomplete.names
    assert [row.variable for row in found.variables] == ["x"]
    assert dict(found.sample.dropped) == {"blank:w": 1}
    assert found.fits[0].weight == "w"
    assert ce.Report([found]).to(".md")


def test_progress_is_told(village_survey):
    said = []
    choice = ce.Imputation(m=3, rounds=1, on_progress=lambda done, m: said.append((done, m)))
    ce.fit_effect(village_survey, FORMULA, missing=choice)
    assert said == [(1, 3), (2, 3), (3, 3)]


def test_imputing_removes_the_bias_and_its_intervals_hold():
    """60 surveys of 12 villages; a third of x is missing, at random given y."""
    listwise, pooled, holds = [], [], []
    for seed in range(60):
        survey = survey_with_gaps(seed=seed)
        options = {"model": ce.Ols(), "vcov": ce.CR2(cluster="village")}
        choice = ce.Imputation(m=5, rounds=2, seed=seed)
        row = ce.fit_effect(survey, "y ~ x", missing=choice, **options).coefficients[1]
        listwise.append(ce.fit_effect(survey, "y ~ x", **options).coefficients[1].estimate)
        pooled.append(row.estimate)
        holds.append(row.conf_low <= 1 <= row.conf_high)
    error = np.std(pooled) / np.sqrt(60)
    assert abs(np.mean(pooled) - 1) < 0.05 + MC_ERRORS * error
    assert abs(np.mean(listwise) - 1) > 2 * abs(np.mean(pooled) - 1)
    assert np.mean(holds) > 0.95 - MC_ERRORS * np.sqrt(0.95 * 0.05 / 60)
