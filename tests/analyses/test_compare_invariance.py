"""Measurement invariance through the public function, against lavaan and semTools."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from tolerances import FEW_STEPS, STOPPED

import campaign_effect as ce

DATA = Path(__file__).parents[1] / "reference" / "data"
RTOL_CHI2 = 1e-5
RTOL_DIFFERENCE = 2e-5  # a difference of two statistics, each good to 1e-5
ATOL_INDEX = 1e-5
ATOL_SCORE = 1e-3  # of lavaan's solution, polished

HS = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
ITEMS = [f"{f}{i}" for f in "ACENO" for i in range(1, 6)]
BFI = "\n".join(f"{f} =~ " + " + ".join(f"{f}{i}" for i in range(1, 6)) for f in "ACENO")


@pytest.fixture(scope="module")
def values(reference):
    return reference("sem_invariance")


@pytest.fixture(scope="module")
def schools():
    """Pupils with their school, Pasteur before Grant-White as in the reference."""
    frame = pd.read_csv(DATA / "hs.csv")
    school = pd.Categorical(frame["school"], ["Pasteur", "Grant-White"])
    return frame[[f"x{i}" for i in range(1, 10)]].astype(float).assign(school=school)


@pytest.fixture(scope="module")
def genders():
    """Complete answers with gender; the first respondent's gender is the first group."""
    frame = pd.read_csv(DATA / "bfi.csv")[[*ITEMS, "gender"]].dropna(subset=ITEMS)
    first = frame["gender"].iloc[0]
    order = [first, *sorted(set(frame["gender"]) - {first})]
    names = [f"gender {code}" for code in order]
    gender = pd.Categorical("gender " + frame["gender"].astype(str), names)
    return frame[ITEMS].astype(float).assign(gender=gender)


def levels_match(result, theirs, names):
    frame = result.tidy("levels")
    for i, level in enumerate(names):
        measures = theirs[level]["measures"]
        ending = ".scaled" if measures.get("chisq.scaled") is not None else ""
        assert_allclose(frame["chi2"][i], measures[f"chisq{ending}"], rtol=RTOL_CHI2)
        assert frame["df"][i] == measures[f"df{ending}"]
        assert_allclose(frame["srmr"][i], measures["srmr"], atol=ATOL_INDEX)
        robust = measures.get("cfi.robust", measures["cfi"])
        assert_allclose(frame["cfi"][i], robust, atol=ATOL_INDEX)
        if i:
            differences = theirs["differences"]
            wanted = differences["chisq"][i]
            assert_allclose(frame["chi2_difference"][i], wanted, rtol=RTOL_DIFFERENCE)
            assert frame["df_difference"][i] == differences["df"][i]
            assert_allclose(frame["p_difference"][i], differences["p"][i], atol=ATOL_INDEX)


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_levels_of_schools_match_lavaan(estimator, schools, values):
    result = ce.compare_invariance(schools, HS, group="school", estimator=estimator)
    names = ["configural", "metric", "scalar", "strict"]
    assert list(result.tidy()["step"]) == [f"invariance.{name}" for name in names]
    levels_match(result, values[f"hs_{estimator}"], names)


def test_scores_of_equalities_match_lavaan(schools, values):
    result = ce.compare_invariance(schools, HS, group="school", estimator="ML")
    found = result.tidy("releases").query("step == 'invariance.scalar'")["mi"]
    wanted = sorted(values["hs_release"], reverse=True)
    assert_allclose(found, wanted, atol=ATOL_SCORE)


def test_freed_parameters_stay_free(schools, values):
    free = ["x3~1", "x7~1"]
    settings = {"group": "school", "estimator": "ML"}
    result = ce.compare_invariance(schools, HS, free=free, **settings)
    measures = values["hs_partial"]["measures"]
    row = result.tidy().set_index("step").loc["invariance.scalar"]
    assert row["df"] == measures["df"]
    assert_allclose(row["chi2"], measures["chisq"], rtol=RTOL_CHI2)


def test_levels_of_genders_match_lavaan(genders, values):
    known = genders.dropna()
    result = ce.compare_invariance(known, BFI, group="gender", estimator="MLR")
    levels_match(result, values["bfi_MLR"], ["configural", "metric", "scalar", "strict"])


def test_wu_and_estabrooks_levels_match_semtools(genders, values):
    result = ce.compare_invariance(genders, BFI, group="gender")
    frame = result.tidy()
    theirs = values["bfi_wu_estabrook"]
    assert list(frame["df"]) == [530, 605, 625, 645, 670]
    for i, level in enumerate(["configural", "thresholds", "loadings", "intercepts"]):
        measures = theirs[level]["measures"]
        assert_allclose(frame["chi2"][i], measures["chisq.scaled"], rtol=RTOL_CHI2)
        if i:
            wanted = theirs["differences"]["chisq"][i]
            assert_allclose(frame["chi2_difference"][i], wanted, rtol=RTOL_DIFFERENCE)


def test_changes_are_differences_of_the_columns(schools):
    frame = ce.compare_invariance(schools, HS, group="school", estimator="ML").tidy()
    for name in ("cfi", "rmsea", "srmr"):
        assert_allclose(frame[f"{name}_change"][1:], frame[name].diff()[1:], atol=FEW_STEPS)


def test_means_are_of_the_second_group_against_the_first(schools):
    rows = ce.compare_invariance(schools, HS, group="school", estimator="ML").tidy("means")
    first = rows["group"] == "school=Pasteur"
    assert (rows.loc[first, "estimate"] == 0).all()
    assert rows.loc[first, "p_value"].isna().all()
    assert rows.loc[~first, "p_value"].notna().all()


def test_order_of_groups_changes_no_statistic(schools):
    turned = schools.assign(
        school=schools["school"].cat.reorder_categories(["Grant-White", "Pasteur"])
    )
    one, two = (
        ce.compare_invariance(frame, HS, group="school", estimator="MLR").tidy()
        for frame in (schools, turned)
    )
    assert_allclose(one["chi2"], two["chi2"], rtol=STOPPED)
    assert_allclose(one["cfi"], two["cfi"], rtol=STOPPED)


def test_a_group_that_differs_is_found():
    rng = np.random.default_rng(4)
    factor = rng.normal(size=(800, 1))
    answers = factor * [0.8, 0.7, 0.8, 0.7] + rng.normal(size=(800, 4)) * 0.6
    answers[400:, 2] += 0.8
    frame = pd.DataFrame(answers, columns=list("abcd")).assign(sex=["f"] * 400 + ["m"] * 400)
    result = ce.compare_invariance(frame, "t =~ a + b + c + d", group="sex", estimator="MLR")
    frame = result.tidy().set_index("step")
    assert frame.loc["invariance.metric", "p_difference"] > 0.01
    assert frame.loc["invariance.scalar", "p_difference"] < 1e-6
    worst = result.tidy("releases").query("step == 'invariance.scalar'").iloc[0]
    assert (worst["lhs"], worst["op"]) == ("c", "~1")
