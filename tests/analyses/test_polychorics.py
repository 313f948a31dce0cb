import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal
from tolerances import SOLVED_TWICE

import campaign_effect as ce
from campaign_effect.errors import (
    NoVariationError,
    TooFewItemsError,
    TooFewRowsError,
    UsageError,
)

ATOL_LAVAAN = 1e-6  # lavaan's own optimiser stops within 4e-8 of the maximum
RTOL_SE = 1e-4  # lavaan's standard errors come from a numeric influence


def lower_by_columns(result, items):
    table = result.tidy("correlations").pivot(
        index="item_1", columns="item_2", values="estimate"
    )
    R = table.loc[items, items].to_numpy()
    return R[np.triu_indices(len(items), 1)]


def test_correlations_and_thresholds_match_lavaan(bfi, reference, survey_of):
    expected = reference("polychorics")["listwise"]
    result = ce.estimate_polychorics(survey_of(bfi), missing="listwise")
    items = list(bfi)
    assert_allclose(lower_by_columns(result, items), expected["correlations"], atol=ATOL_LAVAAN)
    thresholds = result.tidy("thresholds")
    assert_allclose(thresholds["estimate"], expected["thresholds"], atol=ATOL_LAVAAN)
    assert set(thresholds["n"]) == {expected["n"]}
    errors = np.sqrt(np.array(expected["gamma_diagonal"]) / expected["n"])
    assert_allclose(thresholds["std_error"], errors[: len(thresholds)], rtol=RTOL_SE)


def test_pairwise_correlations_match_lavaan(bfi, reference, survey_of):
    expected = reference("polychorics")["pairwise"]
    items = list(bfi)[:10]
    result = ce.estimate_polychorics(survey_of(bfi), items)
    assert_allclose(lower_by_columns(result, items), expected["correlations"], atol=ATOL_LAVAAN)
    assert result.sample.n_used == bfi[items].notna().any(axis=1).sum()
    pair = result.tidy("correlations").query("item_1 == 'A1' and item_2 == 'A2'").iloc[0]
    assert pair["n"] == bfi[["A1", "A2"]].notna().all(axis=1).sum()


def test_every_pair_stands_both_ways(one_factor, survey_of):
    found = ce.estimate_polychorics(survey_of(one_factor(200, 4, seed=1))).tidy("correlations")
    turned = found.rename(columns={"item_1": "item_2", "item_2": "item_1"})[list(found)]
    keys = ["item_1", "item_2"]
    assert len(found) == 12
    assert_frame_equal(
        found.sort_values(keys, ignore_index=True), turned.sort_values(keys, ignore_index=True)
    )


def test_listwise_equals_the_survey_without_its_incomplete_rows(bfi, survey_of):
    items = ["A1", "A2", "A3"]
    whole = ce.estimate_polychorics(survey_of(bfi), items, missing="listwise")
    clean = ce.estimate_polychorics(survey_of(bfi.dropna(subset=items)), items)
    for part in whole.parts():
        assert_frame_equal(whole.tidy(part), clean.tidy(part))


def test_correlations_ignore_what_the_answers_are_called(one_factor, survey_of):
    frame = one_factor(300, 3, seed=2)
    plain = ce.estimate_polychorics(survey_of(frame)).tidy("correlations")
    recoded = ce.estimate_polychorics(survey_of(frame**2 + 10)).tidy("correlations")
    assert_frame_equal(plain, recoded)


def test_tetrachoric_correlation_of_even_halves_has_its_closed_form(survey_of):
    answers = np.repeat([[0, 0], [0, 1], [1, 0], [1, 1]], [40, 10, 10, 40], axis=0)
    frame = pd.DataFrame(answers, columns=["a", "b"])
    found = ce.estimate_polychorics(survey_of(frame)).tidy()["estimate"][0]
    assert_allclose(found, np.sin(2 * np.pi * (0.4 - 0.25)), atol=SOLVED_TWICE)


def test_polyserials_find_the_correlation_behind(survey_of):
    rng = np.random.default_rng(3)
    x = rng.normal(size=5000)
    latent = 0.6 * x + 0.8 * rng.normal(size=5000)
    frame = pd.DataFrame(
        {"x": x, "q": np.digitize(latent, [-1, 0, 1]), "r": rng.integers(0, 3, 5000)}
    )
    result = ce.estimate_polychorics(survey_of(frame), ["q", "r"], numbers=["x"])
    row = result.tidy("polyserials").iloc[0]
    assert (row["variable"], row["item"]) == ("x", "q")
    assert abs(row["estimate"] - 0.6) < 4 * row["std_error"]


def codes(result):
    return {notice.code for notice in result.notices}


def test_empty_cells_and_perfect_correlations_are_said(survey_of):
    a = np.repeat([1, 2, 3], 20)
    frame = pd.DataFrame({"a": a, "b": a, "c": np.tile([1, 2, 3], 20)})
    result = ce.estimate_polychorics(survey_of(frame))
    assert {"empty_cells", "perfect_correlation"} <= codes(result)
    row = result.tidy().query("item_1 == 'a' and item_2 == 'b'").iloc[0]
    assert row["estimate"] == 1
    assert np.isnan(row["std_error"])


def test_smoothing_is_said_and_makes_the_matrix_positive_definite(survey_of):
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(rng.integers(1, 4, size=(9, 6)), columns=list("abcdef"))
    plain = ce.estimate_polychorics(survey_of(frame))
    smooth = ce.estimate_polychorics(survey_of(frame), smooth=True)
    assert "not_positive_definite" in codes(plain)
    assert "smoothed" in codes(smooth)
    table = smooth.tidy().pivot(index="item_1", columns="item_2", values="estimate").fillna(1.0)
    assert np.linalg.eigvalsh(table.to_numpy())[0] > 0


@pytest.mark.parametrize(
    ("frame", "error", "words"),
    [
        ({"a": [1, 1, 1], "b": [1, 2, 3]}, NoVariationError, "'a'"),
        ({"a": [1, 2, 1]}, TooFewItemsError, "at least 2 items"),
        (
            {"a": [1, 2, np.nan, np.nan], "b": [np.nan, np.nan, 1, 2]},
            TooFewRowsError,
            "a and b",
        ),
        ({"a": [1.0, 2.0], "b": [np.nan, np.nan]}, TooFewRowsError, "'b'"),
        ({"a": np.arange(200.0), "b": np.arange(200.0) % 3}, UsageError, "'a'"),
    ],
)
def test_answers_without_correlations_are_an_error_that_names_the_item(
    frame, error, words, survey_of
):
    with pytest.raises(error, match=words):
        ce.estimate_polychorics(survey_of(pd.DataFrame(frame)))


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("k", [4, 13])
def test_result_is_a_report(k, language, one_factor, survey_of):
    result = ce.estimate_polychorics(survey_of(one_factor(200, k, seed=5)))
    assert ce.Report([result], language=language).to(".md")
