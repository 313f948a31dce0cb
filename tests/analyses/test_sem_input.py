"""What factor models refuse, and what they warn of."""

import numpy as np
import pandas as pd
import pytest
from tolerances import DIFFERENCED

import campaign_effect as ce
from campaign_effect import errors

MODEL = "f =~ a + b + c + d"


@pytest.fixture(scope="module")
def frame():
    """Four answers from 1 to 5 of 300 people to one factor, and their sex."""
    rng = np.random.default_rng(2)
    latent = rng.normal(size=(300, 1)) + rng.normal(size=(300, 4))
    codes = np.digitize(latent, [-1.5, -0.5, 0.5, 1.5]) + 1.0
    return pd.DataFrame(codes, columns=list("abcd")).assign(sex=["f", "m"] * 150)


def codes_of(result):
    return {notice.code for notice in result.notices}


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("f =~ a + b + c + dd", r"(?s)Line 1: no variable is named 'dd'.*\^.*mean 'd'"),
        ("f =~ a + b + c\ng ~ f", r"(?s)Line 2: no variable is named 'g'"),
        ("f =~ a + b + c\nd ~ ff", r"(?s)Line 2: no variable is named 'ff'.*mean 'f'"),
        ("f =~ a + b + c\ng =~ d", r"(?s)Line 2: the factor 'g' has one indicator only.*\^"),
        ("f =~ a + b +* c", r"(?s)Line 1:.*\^"),
        (
            "f =~ a + b\nc ~ d\nd ~ c",
            r"(?s)Line 3: the model goes round in a circle: c ← d ← c",
        ),
        ("f =~ a + b + g\ng =~ c + d + f", "goes round in a circle"),
        ("a + b", "a statement needs an operator"),
        ("", "names no parameter"),
    ],
)
def test_models_that_cannot_be_are_shown(model, words, frame):
    with pytest.raises(errors.FormulaError, match=words):
        ce.fit_sem(frame, model)


def test_one_indicator_whose_error_is_given_is_a_factor(frame):
    model = "f =~ a + b + c\ng =~ d\nd ~~ 0.2*d\ng ~ f"
    assert ce.fit_sem(frame, model, estimator="ML").fit[0].is_converged


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"estimator": "WLSMVX"}, "mean 'WLSMV"),
        ({"missing": "listwis"}, "mean 'listwise'"),
        ({"missing": 3}, "missing cannot be 3"),
        ({"missing": "fiml"}, "use estimator='MLR'"),
        ({"estimator": "MLR", "missing": "pairwise"}, "use missing='fiml'"),
        ({"ordered": ["z"]}, r"does not have: \['z'\]"),
        ({"weights": "a", "estimator": "MLM"}, "MLM does not take weights"),
        ({"weights": "a", "estimator": "DWLS"}, "WLSMV for ordered answers"),
        ({"weights": "a", "estimator": "ULSMV", "ordered": []}, "ULSMV"),
        ({"level": 95}, "cannot cover 95"),
        ({"parameterization": "thet"}, "mean 'theta'"),
    ],
)
def test_settings_that_do_not_fit_are_refused(settings, words, frame):
    with pytest.raises(errors.UsageError, match=words):
        ce.confirm_factors(frame, MODEL, **settings)


@pytest.mark.parametrize("role", ["group", "cluster"])
def test_unknown_columns_are_named_with_the_nearest(role, frame):
    with pytest.raises(errors.MissingColumnsError, match="mean 'sex'"):
        ce.confirm_factors(frame, MODEL, **{role: "sexx"})


def test_words_are_no_numbers(frame):
    with pytest.raises(errors.UsageError, match=r"no numbers \(1\): \['sex'\]"):
        ce.fit_sem(frame, "f =~ a + b + c\nf ~ sex")


def test_numbers_need_another_estimator(frame):
    numbers = frame[list("abcd")] + np.random.default_rng(1).normal(size=(300, 4))
    with pytest.raises(errors.UsageError, match="use estimator='MLR'"):
        ce.confirm_factors(numbers, MODEL)


def test_fewer_respondents_than_parameters_are_refused(frame):
    with pytest.raises(errors.TooFewRowsError, match="more than respondents"):
        ce.confirm_factors(frame.head(7), MODEL, estimator="MLR")


def test_nobody_complete_is_refused(frame):
    holed = frame.copy()
    for i, name in enumerate("abcd"):
        holed.loc[holed.index % 4 == i, name] = np.nan
    with pytest.raises(errors.TooFewRowsError, match="Fewer than 2 respondents"):
        ce.confirm_factors(holed, MODEL)


def test_more_parameters_than_moments_are_refused(frame):
    with pytest.raises(errors.StatisticsError, match="more than moments"):
        ce.confirm_factors(frame, "f =~ a + b")


def test_a_category_that_a_group_lacks_is_named(frame):
    lacking = frame.copy()
    lacking.loc[(lacking["sex"] == "m") & (lacking["b"] == 5), "b"] = 4
    with pytest.raises(errors.StatisticsError, match="'sex=m' nobody chose 5 of 'b'"):
        ce.confirm_factors(lacking, MODEL, group="sex")


def test_one_group_is_no_comparison(frame):
    with pytest.raises(errors.TooFewRowsError, match="fewer than 2 groups"):
        ce.compare_invariance(frame[frame["sex"] == "f"], MODEL, group="sex")


def test_constant_answers_are_named(frame):
    with pytest.raises(errors.NoVariationError, match=r"\['c'\]"):
        ce.confirm_factors(frame.assign(c=3.0), MODEL)


def test_sums_of_other_items_are_not_positive_definite(frame):
    rng = np.random.default_rng(7)
    summed = frame["a"] + frame["b"] + frame["c"]
    doubled = frame.assign(d=summed, e=rng.normal(size=len(frame)))
    with pytest.raises(errors.StatisticsError, match="not positive definite") as raised:
        ce.confirm_factors(doubled, f"{MODEL} + e", estimator="ML")
    assert raised.value.received.endswith("4 that determine each other: 'a', 'b', 'c', 'd'")


def test_items_that_repeat_each_other_are_named(frame):
    with pytest.raises(errors.StatisticsError, match="perfectly: 'a' and 'd'"):
        ce.confirm_factors(frame.assign(d=frame["a"]), MODEL)


def test_a_heywood_case_of_ordered_answers_has_no_omega(frame):
    summed = frame.assign(e=(frame["a"] + frame["b"]).clip(2, 8))
    result = ce.confirm_factors(summed, f"{MODEL} + e")
    assert "negative_variance" in codes_of(result)
    assert result.reliability == ()


def test_impossible_covariances_are_refused():
    R = [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]
    given = ce.Moments(names=["a", "b", "c"], n=100, cov=R)
    with pytest.raises(errors.StatisticsError, match="not positive definite"):
        ce.confirm_factors(given, "f =~ a + b + c", estimator="ML")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ({}, "either cov"),
        ({"cov": np.eye(2)}, "does not fit 3 names"),
        ({"cor": np.eye(3), "sd": [1, 2]}, "sd does not fit"),
        ({"cov": np.eye(3), "n": 1}, "at least 2"),
    ],
)
def test_moments_are_checked(words, problem):
    with pytest.raises(errors.UsageError, match=problem):
        ce.Moments(**{"names": ["a", "b", "c"], "n": 50, **words})


def test_summary_statistics_have_no_categories():
    given = ce.Moments(names=["a", "b", "c"], n=50, cov=np.eye(3))
    with pytest.raises(errors.UsageError, match="use estimator='ML'"):
        ce.confirm_factors(given, "f =~ a + b + c")
    with pytest.raises(errors.UsageError, match="missing"):
        ce.confirm_factors(given, "f =~ a + b + c", estimator="ML", missing="fiml")
    with pytest.raises(errors.UsageError, match="need a model"):
        ce.confirm_factors(given, estimator="ML")


def test_a_heywood_case_names_the_item():
    R = [[1, 0.8, 0.7], [0.8, 1, 0.4], [0.7, 0.4, 1]]
    given = ce.Moments(names=["a", "b", "c"], n=200, cov=R)
    result = ce.confirm_factors(given, "f =~ a + b + c", estimator="ML")
    notice = next(n for n in result.notices if n.code == "negative_variance")
    assert dict(notice.facts)["item"] == "a"


def test_parameters_that_nothing_determines_are_named(frame):
    model = "f =~ NA*a + b + c + d"
    result = ce.confirm_factors(frame, model, estimator="ML")
    notice = next(n for n in result.notices if n.code == "not_identified")
    assert {"f=~a", "f~~f"} <= set(dict(notice.facts)["parameters"])
    assert result.tidy("loadings")["std_error"].isna().all()


def test_pairwise_deletion_says_what_it_assumes(frame):
    holed = frame.copy()
    holed.loc[::10, "a"] = np.nan
    assert "pairwise_mcar" in codes_of(ce.confirm_factors(holed, MODEL, missing="pairwise"))


@pytest.fixture(scope="module")
def weighted(frame):
    """The same with a weight, which is zero for ten of them."""
    weight = np.random.default_rng(3).uniform(0.5, 2, len(frame))
    weight[:10] = 0
    return frame.assign(w=weight)


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_weights_are_told_and_zero_weights_counted(missing, weighted):
    result = ce.confirm_factors(weighted, MODEL, weights="w", missing=missing)
    facts = dict(next(n for n in result.notices if n.code == "model_weighted").facts)
    w = weighted["w"][10:]
    assert facts["effective"] == pytest.approx(w.sum() ** 2 / (w**2).sum())
    assert result.sample.dropped == (("no_weight", 10),)
    left_out = ce.confirm_factors(weighted[10:], MODEL, weights="w", missing=missing)
    assert left_out.tidy("loadings").equals(result.tidy("loadings"))


def test_weighted_ml_is_mlr_and_its_levels_too(weighted):
    settings = {"estimator": "ML", "weights": "w"}
    assert ce.confirm_factors(weighted, MODEL, **settings).fit[0].estimator == "MLR"
    levels = ce.compare_invariance(weighted, MODEL, group="sex", **settings)
    assert levels.estimator == "MLR"
    assert "model_weighted" in codes_of(levels)


def test_whole_villages_are_resampled_with_their_weights(weighted):
    frame = weighted.assign(village=np.arange(len(weighted)) % 12)
    settings = {"cluster": "village", "village_bootstrap": ce.Bootstrap(reps=20)}
    plain, equal, given = (
        ce.confirm_factors(frame.assign(w=w), MODEL, weights="w", **settings)
        for w in (1.0, 3.0, frame["w"] + 0.1)
    )
    errors_of = [one.tidy("loadings")["std_error"] for one in (plain, equal, given)]
    np.testing.assert_allclose(errors_of[0][1:], errors_of[1][1:], rtol=DIFFERENCED)
    assert (errors_of[0][1:] != errors_of[2][1:]).all()


def test_weights_of_the_schema_are_used_or_told(weighted):
    survey = ce.with_weights(ce.read_survey(weighted), weighted["w"].iloc[10:], name="bobot")
    assert "model_unweighted" in codes_of(ce.confirm_factors(survey, MODEL, weights=False))
    assert "model_weighted" in codes_of(ce.confirm_factors(survey, MODEL))
    with pytest.raises(errors.UsageError, match="weights=False fits"):
        ce.confirm_factors(survey, MODEL, estimator="MLM")


def test_few_respondents_and_empty_cells_are_said(frame):
    assert {"few_for_ordinal", "empty_cells"} <= codes_of(
        ce.confirm_factors(frame[:120], MODEL)
    )


def test_reasons_of_those_left_out_add_up(frame):
    holed = frame.copy()
    holed.loc[::10, "a"] = np.nan
    holed.loc[5, "sex"] = None
    for missing in ("listwise", "pairwise"):
        result = ce.confirm_factors(holed, MODEL, group="sex", missing=missing)
        sample = result.sample
        assert sample.n_used + sum(n for _, n in sample.dropped) == sample.n_total == 300
        assert result.fit[0].n == sample.n_used


def test_scores_need_the_method_of_their_answers(frame):
    result = ce.confirm_factors(frame, MODEL)
    with pytest.raises(errors.UsageError, match="not for ordered answers"):
        ce.score_factors(result, method="bartlett")
    given = ce.Moments(names=list("abcd"), n=50, cov=np.eye(4) * 0.5 + 0.5)
    summary = ce.confirm_factors(given, MODEL, estimator="ML")
    with pytest.raises(errors.UsageError, match="no respondents"):
        ce.score_factors(summary)


def test_a_factor_is_not_proposed_as_its_own_indicator(frame):
    with pytest.raises(errors.FormulaError) as raised:
        ce.confirm_factors(frame, "f =~ a + b + c + ff")
    assert "did you mean" not in raised.value.hint
