import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal
from tolerances import DIFFERENCED

import campaign_effect as ce
from campaign_effect.errors import (
    MissingColumnsError,
    NoVariationError,
    TooFewItemsError,
    TooFewRowsError,
)

RTOL_SAME_FORMULA = 1e-9  # closed forms
ATOL_STANDARDISED = 5e-5  # how far lavaan stops from its maximum
FIVE = list("ACENO")


@pytest.fixture(scope="module")
def five(bfi_turned, blocks, survey_of):
    return ce.check_validity(
        survey_of(bfi_turned.dropna()), blocks, bootstrap=ce.Bootstrap(reps=200, seed=1)
    )


@pytest.fixture(scope="module")
def expected(reference):
    return reference("reliability")["five"]


def test_loadings_match_lavaan(five, expected):
    found = five.tidy("loadings")["estimate"]
    assert_allclose(found, np.ravel(expected["standardised"]), atol=ATOL_STANDARDISED)


def test_extracted_variance_matches_semtools_and_smartpls(five, expected):
    found = five.tidy("convergent")
    assert_allclose(
        found["variance_extracted"], expected["ave_semtools"], atol=ATOL_STANDARDISED
    )
    loadings = np.array(expected["standardised"])
    assert_allclose(found["ave"], (loadings**2).mean(axis=1), atol=ATOL_STANDARDISED)
    total = loadings.sum(axis=1) ** 2
    composite = total / (total + (1 - loadings**2).sum(axis=1))
    assert_allclose(found["composite_reliability"], composite, atol=ATOL_STANDARDISED)


@pytest.mark.parametrize("ratio", ["htmt", "htmt2"])
def test_ratios_match_semtools(ratio, five, expected):
    found = five.tidy("htmt")
    upper = np.array(expected[ratio])[np.triu_indices(5, 1)]
    assert_allclose(found[ratio], upper, rtol=RTOL_SAME_FORMULA)
    pairs = [(a, b) for i, a in enumerate(FIVE) for b in FIVE[i + 1 :]]
    assert list(zip(found["construct_1"], found["construct_2"], strict=True)) == pairs


def test_diagonal_of_fornell_and_larcker_is_the_root_of_ave(five):
    table = five.tidy("fornell_larcker").pivot(
        index="construct_1", columns="construct_2", values="estimate"
    )
    ave = five.tidy("convergent").set_index("construct")["ave"]
    assert_allclose(np.diag(table), np.sqrt(ave[table.index]))
    assert_allclose(table.to_numpy(), table.to_numpy().T)


def test_intervals_hold_the_ratio_and_no_draw_fails(five):
    found = five.tidy("htmt")
    assert (found["htmt_low"] < found["htmt"]).all()
    assert (found["htmt"] < found["htmt_high"]).all()
    assert set(found["failed"]) == {0.0}
    assert set(found["n_reps"]) == {200}


def test_cross_loadings_equal_their_definition(five, bfi_turned, blocks):
    frame = bfi_turned.dropna()
    found = five.tidy("cross_loadings").set_index(["item", "construct"])["estimate"]
    rest = frame[["A2", "A3", "A4", "A5"]].mean(axis=1)
    assert_allclose(found["A1", "A"], frame["A1"].corr(rest))
    other = frame[list(blocks["N"])].mean(axis=1)
    assert_allclose(found["A1", "N"], frame["A1"].corr(other))


def test_vif_is_that_of_regressions(five, bfi_turned, blocks):
    frame = bfi_turned.dropna()
    scores = np.column_stack([frame[list(blocks[name])].mean(axis=1) for name in FIVE])
    Z = scores - scores.mean(axis=0)
    for j, vif in enumerate(five.tidy("collinearity")["vif"]):
        others = np.delete(Z, j, axis=1)
        left = Z[:, j] - others @ np.linalg.lstsq(others, Z[:, j])[0]
        assert_allclose(vif, (Z[:, j] @ Z[:, j]) / (left @ left), rtol=RTOL_SAME_FORMULA)


def test_harmans_share_is_the_largest_eigenvalue(five, bfi_turned):
    R = bfi_turned.dropna().corr().to_numpy()
    assert_allclose(five.tidy("common_method")["share"][0], np.linalg.eigvalsh(R)[-1] / 25)


def test_checklist_names_the_worst_of_every_criterion(five):
    found = five.tidy("checklist").set_index("criterion")
    loadings = five.tidy("loadings")
    worst = loadings.loc[loadings["estimate"].idxmin()]
    row = found.loc["check.loading"]
    assert (row["item"], row["estimate"]) == (worst["item"], worst["estimate"])
    assert row["n_met"] == (loadings["estimate"] >= 0.708).sum()
    assert not row["is_met"]
    assert found.loc["check.vif", "is_met"]
    assert found.loc["check.htmt", "is_met"]
    assert (found["is_met"] == (found["n_met"] == found["k"])).all()


def two_constructs(n, seed, r=0.0, k=3):
    rng = np.random.default_rng(seed)
    f = rng.multivariate_normal([0, 0], [[1, r], [r, 1]], size=n)
    X = np.repeat(f, k, axis=1) + rng.normal(size=(n, 2 * k))
    return pd.DataFrame(X, columns=[*(f"a{i}" for i in range(k)), *(f"b{i}" for i in range(k))])


def blocks_of(frame):
    return {name: [c for c in frame if c[0] == name] for name in "ab"}


def test_ratio_estimates_the_correlation_of_parallel_items(survey_of):
    frame = two_constructs(20_000, seed=1, r=0.6)
    found = ce.check_validity(survey_of(frame), blocks_of(frame), bootstrap=None).tidy("htmt")
    assert_allclose(found[["htmt", "htmt2"]], 0.6, atol=0.03)  # four errors of 20,000
    assert found[["htmt_low", "htmt_high", "failed"]].isna().all(axis=None)


def test_constructs_that_are_one_are_said(survey_of):
    frame = two_constructs(500, seed=2, r=0.999)
    result = ce.check_validity(survey_of(frame), blocks_of(frame))
    assert "alike_constructs" in {notice.code for notice in result.notices}
    assert not result.tidy("checklist").set_index("criterion").loc["check.htmt", "is_met"]


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 200))
def test_nothing_depends_on_units_or_item_order(seed):
    frame = two_constructs(150, seed, r=0.4)
    other = frame[frame.columns[::-1]] * 5 + 2
    blocks = blocks_of(frame)
    turned = {name: items[::-1] for name, items in blocks.items()}
    first = ce.check_validity(ce.read_survey(frame), blocks, bootstrap=None)
    second = ce.check_validity(ce.read_survey(other), turned, bootstrap=None)
    for part in ("convergent", "htmt", "fornell_larcker", "collinearity"):
        numbers = first.tidy(part).select_dtypes("number")
        numbers = numbers.drop(columns="variance_extracted", errors="ignore")
        again = second.tidy(part)[numbers.columns]
        assert_allclose(again.astype(float), numbers.astype(float), atol=DIFFERENCED)


def test_result_is_that_of_the_survey_without_its_incomplete_rows(village_survey):
    items = [name for block in village_survey.blocks.values() for name in block]
    incomplete = village_survey.answers[items].isna().any(axis=1)
    clean = village_survey.without(village_survey.answers.index[incomplete], reason="gaps")
    whole, cleaned = (ce.check_validity(survey) for survey in (village_survey, clean))
    for part in whole.parts():
        assert_frame_equal(whole.tidy(part), cleaned.tidy(part))


def test_a_construct_of_one_item_is_left_out_and_said(survey_of):
    frame = two_constructs(100, seed=3)
    result = ce.check_validity(survey_of(frame), {**blocks_of(frame), "c": ["a0"]})
    assert [row.construct for row in result.convergent] == ["a", "b"]
    assert "single_item_constructs" in {notice.code for notice in result.notices}


def test_one_construct_has_no_ratios(one_factor, survey_of):
    result = ce.check_validity(survey_of(one_factor(200, 4, seed=1)))
    assert len(result.convergent) == 1
    assert not result.htmt
    assert not result.collinearity
    assert ce.Report([result], language="id").to(".md")


def test_a_model_without_a_solution_costs_only_its_own_parts(one_factor, survey_of):
    result = ce.check_validity(survey_of(one_factor(200, 2, seed=1)))
    assert not result.convergent
    assert "no_measurement_model" in {notice.code for notice in result.notices}
    assert result.common_method
    assert ce.Report([result]).to(".md")


@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        ({"a0": 1.0}, NoVariationError, "'a0'"),
        ({"a0": np.nan}, TooFewRowsError, "complete answers"),
    ],
)
def test_an_item_without_answers_is_named(change, error, match, survey_of):
    frame = two_constructs(60, seed=4).assign(**change)
    with pytest.raises(error, match=match):
        ce.check_validity(survey_of(frame), blocks_of(frame))


def test_too_few_rows_or_items_are_refused(survey_of):
    frame = two_constructs(6, seed=5)
    with pytest.raises(TooFewRowsError, match="6 answers to 6 items"):
        ce.check_validity(survey_of(frame), blocks_of(frame))
    with pytest.raises(TooFewItemsError, match="at least two items"):
        ce.check_validity(survey_of(frame), {"a": ["a0"]})
    with pytest.raises(MissingColumnsError, match="nowhere"):
        ce.check_validity(survey_of(frame), {"a": ["a0", "nowhere"]})


def test_repeated_items_are_said_not_hidden(survey_of):
    frame = two_constructs(100, seed=6).assign(a1=lambda f: f["a0"])
    result = ce.check_validity(survey_of(frame), blocks_of(frame))
    facts = {notice.code: dict(notice.facts) for notice in result.notices}
    assert facts["repeated_items"]["items"] == ("a0", "a1")
