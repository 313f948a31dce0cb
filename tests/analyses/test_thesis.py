import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats
from tolerances import DIFFERENCED

import campaign_effect as ce
from campaign_effect.errors import UsageError

ATOL_PRINTED = 5e-4  # printed tables of r have three decimals
RTOL_SAME_FORMULA = 1e-10


@pytest.mark.parametrize(("n", "printed"), [(30, 0.361), (50, 0.279), (100, 0.197)])
def test_critical_r_is_that_of_the_printed_tables(n, printed, one_factor, survey_of):
    found = ce.assess_items(survey_of(one_factor(n, 3, seed=1))).tidy("validity")
    assert_allclose(found["critical_r"], printed, atol=ATOL_PRINTED)
    assert set(found["df"]) == {n - 2}


def test_raw_and_corrected_correlations_and_their_p_value_equal_scipy(one_factor, survey_of):
    frame = one_factor(60, 4, seed=2)
    found = ce.assess_items(survey_of(frame)).tidy("validity").set_index("item")
    for item in frame:
        total, rest = frame.sum(axis=1), frame.drop(columns=item).sum(axis=1)
        raw = stats.pearsonr(frame[item], total)
        assert_allclose(found.loc[item, "item_total_r"], raw.statistic, rtol=RTOL_SAME_FORMULA)
        assert_allclose(found.loc[item, "p_value"], raw.pvalue, rtol=DIFFERENCED)
        corrected = stats.pearsonr(frame[item], rest).statistic
        assert_allclose(found.loc[item, "item_rest_r"], corrected, rtol=RTOL_SAME_FORMULA)


def test_an_item_is_valid_exactly_where_its_p_value_is_below_the_level(survey_of):
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.integers(1, 6, size=(40, 8)))
    frame.columns = [f"q{i}" for i in range(8)]
    found = ce.assess_items(survey_of(frame)).tidy("validity")
    is_significant = (found["p_value"] < 0.05) & (found["item_total_r"] > 0)
    assert (found["is_valid"] == is_significant).all()


def test_a_negative_correlation_is_never_valid(survey_of):
    frame = pd.DataFrame(
        {"a": [1, 2, 3, 4, 5, 5], "b": [1, 2, 3, 4, 5, 4], "c": [5, 4, 3, 2, 1, 1]}
    )
    found = ce.assess_items(survey_of(frame)).tidy("validity").set_index("item")
    assert not found.loc["c", "is_valid"]


def test_attainment_is_the_mean_as_a_share_of_the_highest_answer(village_survey):
    found = ce.assess_items(village_survey).tidy("attainment")
    assert_allclose(found["attainment"], found["mean"] / 5)
    whole = found[found["item"].isna()].set_index("construct")["mean"]
    items = found[found["item"].notna()].groupby("construct")["mean"].mean()
    assert_allclose(whole[items.index], items)


@pytest.mark.parametrize(
    ("low", "n_low", "band"),
    [
        (4, 10, "very_good"),
        (3, 10, "good"),
        (1, 7, "sufficient"),
        (1, 9, "poor"),
        (1, 12, "very_poor"),
    ],
)
def test_a_band_holds_what_lies_above_its_least_share(low, n_low, band, survey_of):
    answers = np.repeat([low, 5], [n_low, 20 - n_low])
    frame = pd.DataFrame({"a": answers, "b": answers, "c": np.repeat([4, 5], [1, 19])})
    row = ce.assess_items(survey_of(frame)).tidy("attainment").iloc[0]
    assert_allclose(row["attainment"], answers.mean() / 5)
    assert row["band"] == f"band.{band}"


def test_bands_are_the_readers_choice(one_factor, survey_of):
    survey = survey_of(one_factor(50, 3, seed=4))
    found = ce.assess_items(survey, bands=((0.5, "tinggi"), (0.0, "rendah")))
    assert set(found.tidy("attainment")["band"]) <= {"tinggi", "rendah"}
    assert ce.Report([found], language="id").to(".md")


@pytest.mark.parametrize("bands", [(), ((0.5, "a"),), ((0.0, "a"), (0.5, "b"))])
def test_bands_that_do_not_fall_to_zero_are_refused(bands, one_factor, survey_of):
    with pytest.raises(UsageError, match="fall to 0"):
        ce.assess_items(survey_of(one_factor(50, 3, seed=4)), bands=bands)


def test_the_cutoff_decides_which_scale_is_reliable(village_survey):
    strict = ce.assess_items(village_survey, cutoff=0.8).tidy("reliability")
    assert (strict["is_reliable"] == (strict["alpha"] >= 0.8)).all()
    assert strict["is_reliable"].any()
    assert not strict["is_reliable"].all()


def test_the_indonesian_table_speaks_as_examiners_do(village_survey):
    shown = ce.Report([ce.assess_items(village_survey)], language="id").to(".md").decode()
    for words in (
        "Hasil Uji Validitas",
        "hitung",
        "tabel",
        "Tingkat Capaian Responden",
        "Sig.",
    ):
        assert words in shown
