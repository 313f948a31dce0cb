"""Every analysis in the registry keeps the same promises."""

import inspect

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import campaign_effect as ce
from campaign_effect.analyses import ANALYSES, IMPUTED, OF_IMPUTATIONS, RANDOM, RESAMPLED
from campaign_effect.render import WRITERS
from campaign_effect.results import Result, Row

VOCABULARY = {
    # who and what
    *(
        "construct",
        "construct_1",
        "construct_2",
        "item",
        "answer",
        "variable",
        "level",
        "group",
    ),
    *("base", "outcome", "model", "term", "contrast", "row", "reason", "place", "is_reversed"),
    # how many
    *("n", "k", "n_left", "n_clusters", "n_events", "share", "blank", "aside", "impossible"),
    *("missing_share", "missing_from", "missing_to", "is_suppressed"),
    *("n_answered", "share_on_scale", "weight", "design_effect", "effective_n"),
    *("pattern", "n_patterns", "value", "other_row", "source", "unchecked"),
    # clusters
    *("method", "effective_low", "effective_high", "largest_leverage", "largest_share"),
    # assumptions
    *("assumption", "remedy", "gvif", "scaled_vif", "design_gvif", "interval"),
    *("decile", "observed_share", "expected_share", "share_of_larger"),
    *("true_positives", "false_positives", "true_negatives", "false_negatives"),
    *("sensitivity", "specificity", "accuracy", "cook", "leverage", "standardised_residual"),
    # predictions
    *("category", "value"),
    # doses of an exposure
    *("dose", "difference", "difference_low", "difference_high"),
    # nested models
    *("step", "added", "aic"),
    # imputed answers
    *("delta", "mean_imputed", "stands", "tipping"),
    *("complete_estimate", "complete_low", "complete_high", "complete_p_value", "fmi"),
    # exposures together
    *("p_holm", "p_bh", "dominance", "dominance_share", "hypothesis"),
    # groups
    *("group_1", "group_2", "test", "effect", "median", "df_2"),
    # estimates
    *("estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high"),
    *("odds_ratio", "odds_low", "odds_high", "mean", "sd", "low", "high"),
    # reliability
    *("alpha", "alpha_standardised", "alpha_ordinal", "average_r", "omega_total", "omega_low"),
    *("omega_high", "omega_categorical", "omega_h", "composite_reliability"),
    *("item_total_r", "item_rest_r", "alpha_if_dropped", "omega_if_dropped"),
    *("std_error_measurement", "floor", "ceiling", "coefficient", "n_reps", "n_failed"),
    *("lambda_1", "lambda_2", "lambda_3", "lambda_4", "lambda_5", "lambda_6"),
    *("split_half_worst", "split_half_average", "split_half_best", "split_half_odd_even"),
    "spearman_brown",
    # factors
    *("kmo", "component", "component_mean", "component_quantile", "factor", "factor_mean"),
    *("factor_quantile", "map", "acceleration", "criterion", "n_factors", "factor_1"),
    *("factor_2", "communality", "uniqueness", "complexity", "variance", "cumulative"),
    *("score_validity", "rmsea", "rmsea_low", "rmsea_high", "tli", "bic", "rmsr"),
    # validity
    *("smallest_loading", "ave", "variance_extracted", "htmt", "htmt_low", "htmt_high"),
    *("htmt2", "htmt2_low", "htmt2_high", "failed", "is_own", "vif", "n_met", "is_met"),
    # the tables of a thesis
    *("critical_r", "is_valid", "is_valid_corrected", "cutoff", "is_reliable"),
    *("attainment", "band"),
    # models
    *("vcov", "cluster", "second_cluster", "n_second_clusters", "strata", "n_strata"),
    *("log_likelihood", "lr_chi2", "lr_df", "lr_p_value", "r2"),
    *("r2_adjusted", "mcfadden", "cox_snell", "nagelkerke", "tjur", "auc"),
    "brier",
    *("icc", "median_odds_ratio", "working_correlation"),
    # factor models
    *("std_lv", "std_all", "std_all_error", "std_all_low", "std_all_high", "lhs", "op"),
    *("rhs", "label", "is_free", "estimator", "is_converged", "n_groups", "n_free", "chi2"),
    *("baseline_chi2", "baseline_df", "cfi", "rmsea_close", "srmr", "sabic", "scaling"),
    *("shift", "chi2_scaled", "df_scaled", "p_value_scaled", "cfi_scaled", "tli_scaled"),
    *("rmsea_scaled", "rmsea_low_scaled", "rmsea_high_scaled", "rmsea_close_scaled"),
    *("cfi_robust", "tli_robust", "rmsea_robust", "rmsea_low_robust", "rmsea_high_robust"),
    *("rmsea_close_robust", "mi", "epc", "sepc_lv", "sepc_all", "item_1", "item_2"),
    *("residual", "z", "omega", "chi2_difference", "df_difference", "p_difference"),
    *("cfi_change", "rmsea_change", "srmr_change"),
    # how the survey was made
    *("element", "stated", "shown"),
}
LANGUAGES = ("en", "id")


@pytest.fixture(scope="module", params=ANALYSES)
def name(request):
    return request.param


def asked(name, survey):
    """Ask with few imputations what is of imputations."""
    few = {"missing": ce.Imputation(m=2, rounds=1)} if name in OF_IMPUTATIONS else {}
    return ANALYSES[name](survey, **few)


@pytest.fixture(scope="module")
def result(name, village_survey):
    return asked(name, village_survey)


def test_result_names_itself_and_its_sample(name, result, village_survey):
    assert isinstance(result, Result)
    assert result.name == name
    assert result.sample.n_total == village_survey.n
    for part, sample in result.samples:
        assert sample.n_used + sum(n for _, n in sample.dropped) == sample.n_total, part


def test_every_part_has_a_sample_and_columns_in_the_vocabulary(result):
    for part, rows in result.parts().items():
        assert part in dict(result.samples)
        assert set(result.row_types()[part].kinds()) <= VOCABULARY
        assert all(isinstance(row, Row) for row in rows)


def test_tidy_keeps_numbers_and_columns(result):
    for part, rows in result.parts().items():
        frame = result.tidy(part)
        assert list(frame) == list(result.row_types()[part].kinds())
        assert len(frame) == len(rows)


def test_no_number_is_infinite_or_nan_without_being_none(result):
    for part in result.parts():
        numbers = result.tidy(part).select_dtypes("number").to_numpy(dtype=float)
        assert not np.isinf(numbers).any()


@pytest.fixture(scope="module", params=LANGUAGES)
def report(request, result):
    return ce.Report([result], language=request.param)


@pytest.mark.parametrize("suffix", WRITERS)
def test_result_renders_in_every_language_and_format(report, suffix):
    assert report.to(suffix)


def test_same_survey_gives_same_result_and_is_unchanged(name, result, village_survey):
    before = village_survey.answers.copy()
    assert asked(name, village_survey).parts() == result.parts()
    assert_frame_equal(village_survey.answers, before)


def test_what_is_random_takes_a_seed(name):
    taken = inspect.signature(ANALYSES[name]).parameters
    assert ("seed" in taken) == (name in RANDOM)
    assert ("on_progress" in taken) == (name in RESAMPLED)
    assert ("missing" in taken) == (name in IMPUTED)


def test_resamples_say_how_far_they_are(village_survey):
    said = []
    plan = ce.Plan(analyses=("reliability", "validity", "confirmatory"))
    ce.run(plan, village_survey, on_progress=lambda done, reps: said.append((done, reps)))
    assert {(2000, 2000), (500, 500), (200, 200)} <= set(said)


def test_the_seed_of_a_plan_reaches_its_analyses(village_survey):
    def intervals(seed):
        plan = ce.Plan(analyses=("reliability", "validity"), seed=seed)
        scales, constructs = ce.run(plan, village_survey).results
        return scales.parts(), constructs.parts()

    first, second = intervals(1), intervals(2)
    assert first == intervals(1)
    assert all(one != other for one, other in zip(first, second, strict=True))


def complete(survey, columns):
    """Drop the rows that lack one of the columns, as a user would before the analysis."""
    incomplete = survey.answers[list(columns)].isna().any(axis=1)
    return survey.without(survey.answers.index[incomplete], reason="incomplete")


def test_alpha_is_that_of_the_complete_answers(village_survey):
    items = village_survey.blocks["message_trust"]
    assert village_survey.answers[list(items)].isna().any(axis=None)
    whole = ce.estimate_reliability(village_survey, items=items)
    clean = ce.estimate_reliability(complete(village_survey, items), items=items)
    for part in whole.parts():
        assert_frame_equal(whole.tidy(part), clean.tidy(part))


@pytest.mark.parametrize("model", [ce.Logit(), ce.Lpm()])
def test_effects_are_those_of_the_complete_answers(village_survey, model):
    formula = "voted_calon_1 ~ whatsapp + facebook + age + gender"
    columns = ["voted_calon_1", "whatsapp", "facebook", "age", "gender", "village"]
    whole = ce.fit_effect(village_survey, formula, model=model)
    clean = ce.fit_effect(complete(village_survey, columns), formula, model=model)
    for part in whole.parts():
        assert_frame_equal(whole.tidy(part), clean.tidy(part))
    margins = [ce.average_effects(effect).tidy() for effect in (whole, clean)]
    assert_frame_equal(*margins)


def test_correlations_are_those_of_the_complete_scores(village_survey):
    whole = ce.describe_items(village_survey)
    answered = [name for names in village_survey.blocks.values() for name in names]
    clean = ce.describe_items(complete(village_survey, answered))
    scored = whole.sample_of("correlations").n_used
    assert clean.sample_of("correlations").n_used <= scored
    assert set(whole.tidy("correlations")["n"]) == {scored}


def test_plain_frame_goes_through_what_needs_no_schema():
    frame = pd.DataFrame({"a": [1, 2, 3, 4], "b": [2, 1, 4, 4], "sex": ["m", "f", "m", None]})
    survey = ce.read_survey(frame)
    for name in ("quality", "description", "reliability"):
        assert ce.Report([ANALYSES[name](survey)]).to(".md")
