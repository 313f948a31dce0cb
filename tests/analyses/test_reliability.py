import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal
from tolerances import DIFFERENCED, SEARCHED, SOLVED_TWICE, STOPPED

import campaign_effect as ce
from campaign_effect.errors import MissingColumnsError, TooFewItemsError, UsageError

RTOL_SAME_FORMULA = 1e-10  # closed form, float64 on both sides
RTOL_OPTIMISER = 2e-6  # lavaan stops up to 1e-6 from the maximum
ATOL_WLSMV = 2e-6  # lavaan's weights rest on polychorics good to 4e-8
ATOL_PSYCH_POLYCHORIC = 5e-5  # psych's polychorics are good to 2e-5
ATOL_TIGHT = 1e-5  # psych's extraction stops about 1e-6 early
EACH_SCALE = list("ACENO")
ALPHAS = ("alpha", "conf_low", "conf_high", "alpha_standardised", "average_r")
ITEMS = ("item_total_r", "item_rest_r", "alpha_if_dropped")


@pytest.fixture(scope="module")
def scales(bfi_turned, blocks, survey_of):
    """Estimate the five scales from complete answers to all 25 items."""
    return ce.estimate_reliability(survey_of(bfi_turned.dropna()), items=blocks)


def row_of(result, construct, part="scales"):
    frame = result.tidy(part)
    return frame[frame["construct"] == construct].iloc[0]


@pytest.mark.parametrize("scale", EACH_SCALE)
def test_alpha_and_item_statistics_match_psych(scale, scales, reference):
    expected = reference("alpha")["listwise"][scale]
    row = row_of(scales, scale)
    for field in ALPHAS:
        assert_allclose(row[field], expected[field], rtol=RTOL_SAME_FORMULA)
    items = scales.tidy("items").query("construct == @scale")
    for field in ITEMS:
        assert_allclose(items[field], expected[field], rtol=RTOL_SAME_FORMULA)


@pytest.mark.parametrize("scale", EACH_SCALE)
def test_pairwise_alpha_matches_psych(scale, bfi_turned, blocks, reference, survey_of):
    expected = reference("alpha")["pairwise"][scale]
    survey = survey_of(bfi_turned)
    result = ce.estimate_reliability(survey, items=blocks[scale], missing="pairwise")
    row = result.tidy().iloc[0]
    assert row["n"] == result.sample.n_used
    for field in ("alpha", "alpha_standardised", "average_r"):
        if field in expected:
            assert_allclose(row[field], expected[field], rtol=RTOL_SAME_FORMULA)
    found = result.tidy("items")["alpha_if_dropped"]
    assert_allclose(found, expected["alpha_if_dropped"], rtol=RTOL_SAME_FORMULA)


@pytest.mark.parametrize("scale", EACH_SCALE)
def test_omega_and_its_interval_match_lavaan(scale, scales, reference):
    expected = reference("reliability")[scale]["one_factor"]
    row = row_of(scales, scale)
    assert_allclose(row["omega_total"], expected["omega"], rtol=RTOL_OPTIMISER)
    assert_allclose(row["omega_low"], expected["omega_low"], rtol=RTOL_OPTIMISER)
    assert_allclose(row["omega_high"], expected["omega_high"], rtol=RTOL_OPTIMISER)


@pytest.mark.parametrize("scale", EACH_SCALE)
def test_categorical_omega_and_ordinal_alpha_match_semtools(scale, scales, reference):
    expected = reference("reliability")[scale]["categorical"]
    row = row_of(scales, scale)
    assert_allclose(row["omega_categorical"], expected["omega_implied"], atol=ATOL_WLSMV)
    assert_allclose(row["alpha_ordinal"], expected["ordinal_alpha"], atol=ATOL_WLSMV)


@pytest.mark.parametrize("scale", EACH_SCALE)
def test_bounds_of_standardised_items_match_psych(
    scale, bfi_turned, blocks, reference, survey_of
):
    expected = reference("reliability")[scale]["bounds"]
    items = bfi_turned.dropna()[list(blocks[scale])]
    standardised = (items - items.mean()) / items.std()
    row = ce.estimate_reliability(survey_of(standardised)).tidy("bounds").iloc[0]
    without_splits = [1, 2, 3, 5, 6]  # for 5 items psych tries half of the splits only
    found = [row[f"lambda_{i}"] for i in without_splits]
    psych = [expected["lambdas"][i - 1] for i in without_splits]
    assert_allclose(found, psych, rtol=RTOL_SAME_FORMULA)
    assert row["split_half_best"] >= expected["best"] - RTOL_SAME_FORMULA
    assert row["split_half_worst"] <= expected["worst"] + RTOL_SAME_FORMULA


def test_hierarchical_omega_matches_a_tight_schmid_leiman(hs, reference, survey_of):
    row = ce.estimate_reliability(survey_of(hs)).tidy().iloc[0]
    expected = reference("reliability")["hs"]["hierarchical"]
    assert_allclose(row["omega_h"], expected["omega_h"], atol=ATOL_TIGHT)
    assert row["omega_categorical"] is None or np.isnan(row["omega_categorical"])


def test_composite_reliability_is_that_of_the_standardised_loadings(scales, reference):
    for scale in EACH_SCALE:
        one = reference("reliability")[scale]["one_factor"]
        loadings, errors = np.array(one["loadings"]), np.array(one["residual_variances"])
        standardised = loadings / np.sqrt(loadings**2 + errors)
        total = standardised.sum() ** 2
        expected = total / (total + (1 - standardised**2).sum())
        found = row_of(scales, scale)["composite_reliability"]
        assert_allclose(found, expected, rtol=RTOL_OPTIMISER)


def test_error_of_measurement_and_ends_equal_their_definitions(village_survey):
    result = ce.estimate_reliability(village_survey)
    row = result.tidy().iloc[0]
    X = village_survey.scores(village_survey.blocks[row["construct"]])
    scores = X[~np.isnan(X).any(axis=1)].mean(axis=1)
    sd = scores.std(ddof=1)
    assert_allclose(row["std_error_measurement"], sd * np.sqrt(1 - row["alpha"]))
    assert_allclose(
        [row["floor"], row["ceiling"]], [(scores == 1).mean(), (scores == 5).mean()]
    )


# The law of samples


@pytest.mark.parametrize("by", [None, "gender"])
def test_reliability_is_that_of_the_survey_without_its_incomplete_rows(village_survey, by):
    items = village_survey.blocks["message_trust"]
    bootstrap = ce.Bootstrap(reps=50, seed=3)
    incomplete = village_survey.answers[list(items)].isna().any(axis=1)
    assert incomplete.any()
    clean = village_survey.without(village_survey.answers.index[incomplete], reason="gaps")
    whole, cleaned = (
        ce.estimate_reliability(survey, items=items, by=by, bootstrap=bootstrap)
        for survey in (village_survey, clean)
    )
    for part in whole.parts():
        assert_frame_equal(whole.tidy(part), cleaned.tidy(part))


def test_a_group_is_the_survey_of_that_group(village_survey):
    by_group = ce.estimate_reliability(village_survey, by="gender").tidy()
    others = village_survey.answers["gender"] != "female"
    alone = village_survey.without(village_survey.answers.index[others], reason="men")
    found = by_group[by_group["group"] == "gender=female"].drop(columns="group")
    expected = ce.estimate_reliability(alone).tidy().drop(columns="group")
    assert_frame_equal(found.reset_index(drop=True), expected)


# Properties


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 500),
    order=st.permutations(range(4)),
    shift=st.integers(-20, 20),
    scale=st.integers(1, 9),
)
def test_nothing_depends_on_item_order_or_affine_recoding(seed, order, shift, scale):
    frame = simulated(120, 4, seed)
    recoded = frame.iloc[:, list(order)] * scale + shift
    plain, turned = (ce.estimate_reliability(ce.read_survey(f)) for f in (frame, recoded))
    units = ["std_error_measurement", "mean", "sd", "floor", "ceiling", "construct", "group"]
    for part, drop in (("scales", units), ("bounds", ["construct", "group"])):
        first, second = (r.tidy(part).drop(columns=drop) for r in (plain, turned))
        keep = [c for c in first if "odd_even" not in c and c != "spearman_brown"]
        assert_allclose(second[keep].astype(float), first[keep].astype(float), atol=STOPPED)
    first, second = (
        r.tidy("items").set_index("item")["item_rest_r"].sort_index() for r in (plain, turned)
    )
    assert_allclose(first, second, atol=SOLVED_TWICE)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 500), item=st.integers(0, 3))
def test_reversing_an_item_twice_changes_nothing(seed, item):
    frame = simulated(80, 4, seed)
    name = frame.columns[item]
    twice = frame.assign(**{name: 6 - (6 - frame[name])})
    first, second = (ce.estimate_reliability(ce.read_survey(f)) for f in (frame, twice))
    assert_frame_equal(first.tidy(), second.tidy())


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 500))
def test_weights_count_as_duplicated_rows(seed):
    frame = simulated(60, 4, seed)
    times = np.random.default_rng(seed).integers(1, 4, size=60)
    items = list(frame)
    weighted = ce.estimate_reliability(
        ce.read_survey(frame.assign(w=times)), items=items, weights="w"
    )
    repeated = ce.estimate_reliability(
        ce.read_survey(frame.loc[frame.index.repeat(times)].reset_index(drop=True)), items=items
    )
    same = ["alpha", "alpha_standardised", "average_r", "omega_total", "omega_categorical"]
    same += ["alpha_ordinal", "composite_reliability", "mean", "floor", "ceiling"]
    assert_allclose(weighted.tidy()[same], repeated.tidy()[same], atol=DIFFERENCED)
    fields = ["item_total_r", "item_rest_r", "alpha_if_dropped", "mean", "floor"]
    assert_allclose(
        weighted.tidy("items")[fields], repeated.tidy("items")[fields], atol=SEARCHED
    )


def test_weights_of_one_change_nothing_and_unequal_ones_widen_the_interval(
    one_factor, survey_of
):
    frame = one_factor(100, 4, seed=1)
    items = list(frame)
    plain = ce.estimate_reliability(survey_of(frame), items=items).tidy()
    unit = ce.estimate_reliability(
        survey_of(frame.assign(w=2.0)), items=items, weights="w"
    ).tidy()
    numbers = plain.select_dtypes("number").columns
    assert_allclose(
        unit[numbers].astype(float), plain[numbers].astype(float), atol=SOLVED_TWICE
    )
    w = np.r_[np.full(50, 9.0), np.full(50, 1.0)]
    found = ce.estimate_reliability(
        survey_of(frame.assign(w=w)), items=items, weights="w"
    ).tidy()
    widths = [float((f["conf_high"] - f["conf_low"]).iloc[0]) for f in (plain, found)]
    assert widths[1] > widths[0]


def simulated(n, k, seed):
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=(n, 1)) + rng.normal(size=(n, k))
    codes = np.digitize(latent, [-1.5, -0.5, 0.5, 1.5]) + 1.0
    return pd.DataFrame(codes, columns=[f"q{i}" for i in range(1, k + 1)])


# The bootstrap


def test_bootstrap_interval_of_alpha_is_near_feldts_for_independent_answers(survey_of):
    rng = np.random.default_rng(5)
    X = rng.normal(size=(400, 1)) + rng.normal(size=(400, 5))
    frame = pd.DataFrame(X, columns=list("abcde"))
    result = ce.estimate_reliability(
        survey_of(frame), bootstrap=ce.Bootstrap(reps=2000, seed=7)
    )
    row, found = result.tidy().iloc[0], result.tidy("intervals").iloc[0]
    assert_allclose(found["estimate"], row["alpha"], rtol=RTOL_SAME_FORMULA)
    # The interval is 0.08 wide; quantiles of 2,000 resamples err by 0.001, Feldt's is exact.
    assert_allclose(found["conf_low"], row["conf_low"], atol=0.015)
    assert_allclose(found["conf_high"], row["conf_high"], atol=0.015)
    assert (found["n_reps"], found["n_failed"]) == (2000, 0)
    assert pd.isna(found["n_clusters"])


def test_villages_are_resampled_where_the_schema_names_a_cluster(village_survey):
    result = ce.estimate_reliability(village_survey, bootstrap=ce.Bootstrap(reps=100))
    assert set(result.tidy("intervals")["n_clusters"]) == {12}


def test_bootstrap_does_not_depend_on_workers_and_says_its_progress(one_factor, survey_of):
    survey = survey_of(one_factor(3000, 4, seed=2))
    steps = []
    one = ce.Bootstrap(
        reps=400, seed=9, on_progress=lambda done, total: steps.append((done, total))
    )
    many = ce.Bootstrap(reps=400, seed=9, workers=2)
    found = [
        ce.estimate_reliability(survey, bootstrap=choice).tidy("intervals")
        for choice in (one, many)
    ]
    assert_frame_equal(*found)
    assert steps[-1] == (400, 400)
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)


def test_seed_changes_the_bootstrap_only_slightly(one_factor, survey_of):
    survey = survey_of(one_factor(300, 4, seed=2))
    found = [
        ce.estimate_reliability(survey, bootstrap=ce.Bootstrap(reps=1000, seed=seed)).tidy(
            "intervals"
        )["conf_low"][0]
        for seed in (1, 2)
    ]
    assert found[0] != found[1]
    assert_allclose(*found, atol=0.02)  # a 2.5% quantile of 1,000 resamples errs by 0.003


@pytest.mark.parametrize("words", [{"reps": 1}, {"workers": 0}])
def test_a_bootstrap_of_nothing_is_refused(words):
    with pytest.raises(UsageError, match="at least 2 resamples"):
        ce.Bootstrap(**words)


# Subscales, total, and what a reader should know


def test_subscales_and_total_are_constructs_of_the_readers_choice(bfi_turned, survey_of):
    blocks = {"first": ["A1", "A2", "A3"], "second": ["A4", "A5"]}
    blocks["total"] = blocks["first"] + blocks["second"]
    found = ce.estimate_reliability(survey_of(bfi_turned), items=blocks).tidy()
    assert found["construct"].tolist() == ["first", "second", "total"]
    assert found["k"].tolist() == [3, 2, 5]


def said(result, code):
    return [dict(notice.facts) for notice in result.notices if notice.code == code]


def test_a_reversed_item_is_named(one_factor, survey_of):
    frame = one_factor(300, 4, seed=3)
    result = ce.estimate_reliability(survey_of(frame.assign(q2=6 - frame["q2"])))
    assert said(result, "opposed_items")[0]["items"] == ("q2",)


def test_negative_alpha_is_explained(one_factor, survey_of):
    frame = one_factor(300, 2, seed=3)
    result = ce.estimate_reliability(survey_of(frame.assign(q2=6 - frame["q2"])))
    assert result.tidy()["alpha"][0] < 0
    assert result.tidy()["std_error_measurement"].isna().all()
    assert said(result, "negative_alpha")
    assert said(result, "two_items")


def test_items_that_cancel_out_are_named(survey_of):
    frame = pd.DataFrame({"a": [1, 2, 3, 4], "b": [4, 3, 2, 1]})
    result = ce.estimate_reliability(survey_of(frame))
    assert not result.scales
    assert said(result, "cancelling_items")[0]["items"] == ("a", "b")


def test_redundant_items_are_named(one_factor, survey_of):
    frame = one_factor(300, 4, seed=4)
    result = ce.estimate_reliability(survey_of(frame.assign(q5=frame["q1"])))
    assert said(result, "redundant_items")[0]["items"] == ("q1", "q5")
    missing = said(result, "no_coefficient.CollinearityError")[0]["coefficients"]
    row = result.tidy().iloc[0]
    assert np.isfinite(row["alpha"])
    for name in ("omega_total", "omega_categorical"):
        assert pd.notna(row[name]) or f"coefficient.{name}" in missing


def test_a_constant_item_is_named_with_its_group(survey_of, one_factor):
    frame = one_factor(100, 3, seed=5).assign(sex=["m", "f"] * 50)
    frame.loc[frame["sex"] == "f", "q3"] = 2
    result = ce.estimate_reliability(survey_of(frame), items=["q1", "q2", "q3"], by="sex")
    fact = said(result, "constant_items")[0]
    assert fact == {"construct": ("items", "sex=f"), "items": ("q3",)}
    assert [row.group for row in result.scales] == [None, "sex=m"]
    for language in ("en", "id"):
        assert "q3" in " ".join(ce.Report([result], language=language).said_notices())


def test_floor_and_ceiling_are_said(one_factor, survey_of):
    frame = one_factor(300, 3, seed=6)
    frame.iloc[:80] = 5
    result = ce.estimate_reliability(survey_of(frame))
    assert said(result, "ceiling_effect")[0]["share"] > 0.15
    assert not said(result, "floor_effect")


def test_one_item_is_a_notice(survey_of):
    result = ce.estimate_reliability(survey_of(pd.DataFrame({"a": [1, 2, 3]})))
    assert said(result, "too_few_items")[0]["k"] == 1


def test_an_unanswered_item_is_a_notice(survey_of):
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [np.nan] * 3})
    for missing in ("listwise", "pairwise"):
        result = ce.estimate_reliability(survey_of(frame), missing=missing)
        assert not result.scales
        assert result.notices


def test_fewer_answers_than_items_give_alpha_and_a_reason_for_the_rest(one_factor, survey_of):
    result = ce.estimate_reliability(survey_of(one_factor(4, 5, seed=7)))
    row = result.tidy().iloc[0]
    assert np.isfinite(row["alpha"])
    assert any(n.code.startswith("no_coefficient") for n in result.notices)
    assert ce.Report([result], language="id").to(".md")


def test_no_number_is_missing_without_a_reason(scales):
    frame = scales.tidy().drop(columns=["group", "omega_h"])
    assert not frame.isna().any(axis=None)
    assert not scales.tidy("items").drop(columns="group").isna().any(axis=None)
    assert not scales.tidy("bounds").drop(columns="group").isna().any(axis=None)


@pytest.mark.parametrize(
    ("words", "error", "match"),
    [
        ({"items": ["q1", "nowhere"]}, MissingColumnsError, "nowhere"),
        ({"items": ["q1", "q1"]}, UsageError, "more than once"),
        ({"items": ["q1", "sex"]}, UsageError, "'sex'"),
        ({"items": []}, TooFewItemsError, "no block"),
        ({"by": "nowhere"}, MissingColumnsError, "nowhere"),
        ({"weights": "nowhere"}, MissingColumnsError, "nowhere"),
        ({"weights": "q1"}, UsageError, "no weights"),
    ],
)
def test_a_wrong_choice_is_an_error_that_names_it(words, error, match, one_factor, survey_of):
    frame = one_factor(20, 3, seed=8).assign(sex="m")
    frame.loc[0, "q1"] = np.nan
    with pytest.raises(error, match=match):
        ce.estimate_reliability(survey_of(frame), **words)


def test_a_hundred_thousand_rows_are_a_matter_of_seconds(survey_of):
    survey = survey_of(simulated(100_000, 5, seed=1))
    start = time.perf_counter()
    assert ce.estimate_reliability(survey).tidy()["n"][0] == 100_000
    assert time.perf_counter() - start < 5
