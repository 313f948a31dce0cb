"""Factor and structural models through the public functions, against lavaan 0.6-14."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from tolerances import DIFFERENCED, SEARCHED, SOLVED, SOLVED_TWICE

import campaign_effect as ce

DATA = Path(__file__).parents[1] / "reference" / "data"

# As far as lavaan's solutions, which stop early, move when they are polished.
ATOL_ESTIMATE = 1e-4
RTOL_ESTIMATE = 1e-4  # of large ones, such as variances
RTOL_SE = 2e-4
ATOL_PRINTED = 5e-4  # three decimals
ATOL_STANDARDISED = 5e-5
RTOL_CHI2 = 1e-5
ATOL_INDEX = 1e-5
TOL_MODIFICATION = 1e-3

HS = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
BFI = "\n".join(f"{f} =~ " + " + ".join(f"{f}{i}" for i in range(1, 6)) for f in "ACENO")
CASES = [
    *[
        (f"hs_{name}{scaling}", {"estimator": estimator, **more})
        for scaling in ("", "_std_lv")
        for name, estimator, more in (
            ("ML", "ML", {}),
            ("ML_means", "ML", {"mean_structure": True}),
            ("MLR", "MLR", {}),
            ("MLM", "MLM", {}),
            ("MLMV", "MLMV", {}),
            ("GLS", "GLS", {}),
            ("FIML", "ML", {"missing": "fiml"}),
            ("FIML_MLR", "MLR", {"missing": "fiml"}),
        )
    ],
    ("bfi_ML", {"estimator": "ML", "std_lv": True}),
    ("bfi_MLR", {"estimator": "MLR", "std_lv": True}),
    ("bfi_MLM", {"estimator": "MLM", "std_lv": True}),
    ("bfi_FIML_MLR", {"estimator": "MLR", "std_lv": True, "missing": "fiml"}),
    ("WLSMV", {"std_lv": True}),
    ("WLSMV_marker", {}),
    ("WLSMV_theta", {"std_lv": True, "parameterization": "theta"}),
    ("WLSM", {"estimator": "WLSM", "std_lv": True}),
    ("DWLS", {"estimator": "DWLS", "std_lv": True}),
    ("ULSMV", {"estimator": "ULSMV", "std_lv": True}),
    ("WLSMV_pairwise", {"std_lv": True, "missing": "pairwise"}),
    ("ULSMV_pairwise", {"estimator": "ULSMV", "std_lv": True, "missing": "pairwise"}),
]
INDICES = {
    "cfi": "cfi",
    "tli": "tli",
    "rmsea": "rmsea",
    "rmsea_low": "rmsea.ci.lower",
    "rmsea_high": "rmsea.ci.upper",
    "rmsea_close": "rmsea.pvalue",
}


@pytest.fixture(scope="module")
def values(reference):
    """Give every reference fit, by name."""
    numbers, ordered = reference("sem_continuous"), reference("sem_ordinal")
    return {**numbers, **ordered, "models": {**numbers["models"], **ordered["models"]}}


@pytest.fixture(scope="module")
def surveys(bfi, hs):
    incomplete = pd.read_csv(DATA / "hs_incomplete.csv")[list(hs)].astype(float)
    frames = {"hs": hs, "hs_FIML": incomplete, "bfi": bfi}
    return {name: ce.read_survey(frame) for name, frame in frames.items()}


@pytest.fixture(scope="module")
def fitted(surveys):
    """Fit a case once."""
    done = {}

    def fit(name, settings):
        if name not in done:
            data = "hs" if name.startswith("hs") else "bfi"
            data = "hs_FIML" if name.startswith("hs_FIML") else data
            model = HS if data.startswith("hs") else BFI
            scaling = {"std_lv": True} if name.endswith("std_lv") else {}
            done[name] = ce.confirm_factors(surveys[data], model, **settings, **scaling)
        return done[name]

    return fit


def keyed(columns, first, second, third):
    rows = zip(columns[first], columns[second], columns[third], strict=True)
    return {(left, op, right or ""): i for i, (left, op, right) in enumerate(rows)}


def found_in(rows, frame):
    """Give the place of each parameter among the reference's rows, either way round."""
    names = zip(frame["lhs"], frame["op"], frame["rhs"], strict=True)
    return [rows.get((a, op, b), rows.get((b, op, a))) for a, op, b in names]


def parameters_match(result, theirs, part, columns, atol):
    frame = result.tidy("parameters")
    value, error = columns
    at = found_in(keyed(theirs[part], "lhs", "op", "rhs"), frame)
    assert None not in at
    wanted = np.array([theirs[part]["est"][i] for i in at], dtype=float)
    errors = np.array([theirs[part]["se"][i] or 0.0 for i in at])
    known = ~np.isnan(wanted)
    ours = frame[value].to_numpy(dtype=float)
    assert_allclose(ours[known], wanted[known], rtol=RTOL_ESTIMATE, atol=atol)
    is_free = errors > 0
    found = frame[error].to_numpy(dtype=float)
    assert_allclose(found[is_free], errors[is_free], rtol=RTOL_SE)


def fit_matches(result, theirs):
    row = result.tidy("fit").iloc[0]
    measures = theirs["measures"]
    assert row["is_converged"]
    assert (row["df"], row["n_free"]) == (measures["df"], measures["npar"])
    assert_allclose(row["chi2"], measures["chisq"], rtol=RTOL_CHI2)
    assert_allclose(row["srmr"], measures["srmr"], atol=ATOL_INDEX)
    if measures.get("chisq.scaled") is not None:
        assert_allclose(row["chi2_scaled"], measures["chisq.scaled"], rtol=RTOL_CHI2)
        assert_allclose(row["p_value_scaled"], measures["pvalue.scaled"], atol=ATOL_INDEX)
    for ending in ("", ".scaled", ".robust"):
        if measures.get(f"cfi{ending}") is not None:
            ours = [row[name + ending.replace(".", "_")] for name in INDICES]
            wanted = [measures[name + ending] for name in INDICES.values()]
            assert_allclose(ours, wanted, atol=ATOL_INDEX)
    if measures.get("aic") is not None:
        ours = row[["aic", "bic", "sabic"]].to_numpy(dtype=float)
        assert_allclose(ours, [measures[n] for n in ("aic", "bic", "bic2")], rtol=SEARCHED)


@pytest.mark.parametrize(("name", "settings"), CASES, ids=[name for name, _ in CASES])
def test_parameters_and_fit_match_lavaan(name, settings, fitted, values):
    result = fitted(name, settings)
    parameters_match(
        result, values[name], "parameters", ("estimate", "std_error"), ATOL_ESTIMATE
    )
    parameters_match(
        result, values[name], "standardised", ("std_all", "std_all_error"), ATOL_STANDARDISED
    )
    fit_matches(result, values[name])
    assert not result.notices or {n.code for n in result.notices} <= {
        *("empty_cells", "pairwise_mcar")
    }


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("hs_ML", {"estimator": "ML"}),
        ("bfi_ML", {"estimator": "ML", "std_lv": True}),
        ("WLSMV", {"std_lv": True}),
    ],
)
def test_largest_modification_indices_match_lavaan(name, settings, fitted, values):
    theirs = values[name]["modification"]
    frame = fitted(name, settings).tidy("modification")
    ours = keyed({c: frame[c].tolist() for c in ("lhs", "op", "rhs")}, "lhs", "op", "rhs")
    at = found_in(ours, pd.DataFrame({c: theirs[c] for c in ("lhs", "op", "rhs")}))
    near = {"rtol": TOL_MODIFICATION, "atol": TOL_MODIFICATION}
    assert_allclose(frame["mi"].to_numpy()[at], theirs["mi"], **near)
    assert_allclose(frame["epc"].to_numpy()[at], theirs["epc"], **near)
    assert_allclose(frame["sepc_all"].to_numpy()[at], theirs["sepc.all"], **near)
    assert frame["mi"].is_monotonic_decreasing


def test_loadings_are_those_of_the_parameters(fitted):
    result = fitted("WLSMV", {"std_lv": True})
    loadings = result.tidy("loadings")
    parameters = result.tidy("parameters").query("op == '=~'")
    assert list(loadings["item"]) == list(parameters["rhs"])
    assert_allclose(loadings["std_all"], parameters["std_all"])
    left = loadings["estimate"] - loadings["conf_low"]
    assert_allclose(left, 1.959963984540054 * loadings["std_error"])


def test_explained_variance_is_the_squared_loading(fitted):
    result = fitted("WLSMV", {"std_lv": True})
    r2 = result.tidy("r2").set_index("variable")["r2"]
    loadings = result.tidy("loadings").set_index("item")["std_all"]
    assert_allclose(r2[loadings.index], loadings**2, atol=SOLVED)
    ave = result.tidy("reliability").set_index("factor")["ave"]
    assert_allclose(ave["A"], (loadings[[f"A{i}" for i in range(1, 6)]] ** 2).mean())


def test_factor_correlations_have_their_standardised_errors(fitted):
    result = fitted("hs_ML", {"estimator": "ML"})
    rows = result.tidy("correlations").set_index(["factor_1", "factor_2"])
    parameters = result.tidy("parameters").set_index(["lhs", "op", "rhs"])
    own = parameters.loc[("visual", "~~", "textual")]
    assert_allclose(rows.loc[("visual", "textual"), "estimate"], own["std_all"])
    assert_allclose(rows.loc[("visual", "textual"), "std_error"], own["std_all_error"])


@pytest.fixture(scope="module")
def democracy():
    return pd.read_csv(DATA / "democracy.csv")


def test_bollens_democracies_have_the_chi_square_of_the_books(democracy, values):
    result = ce.fit_sem(democracy, values["models"]["democracy"], estimator="ML")
    row = result.tidy("fit").iloc[0]
    assert row["df"] == 35
    assert_allclose(row["chi2"], 38.125, atol=ATOL_PRINTED)
    theirs = values["democracy"]
    parameters_match(result, theirs, "parameters", ("estimate", "std_error"), ATOL_ESTIMATE)
    fit_matches(result, theirs)


@pytest.fixture(scope="module")
def wheaton(values):
    given = values["wheaton_covariances"]
    return ce.Moments(names=given["names"], n=given["n"], cov=given["cov"])


def test_wheatons_alienation_is_fitted_from_summary_statistics(wheaton, values):
    result = ce.fit_sem(wheaton, values["models"]["wheaton"], estimator="ML")
    row = result.tidy("fit").iloc[0]
    assert row["df"] == 4
    assert_allclose(row["chi2"], 4.735, atol=ATOL_PRINTED)
    fit_matches(result, values["wheaton"])


def test_correlations_and_deviations_are_covariances(wheaton, values):
    cov = wheaton.covariances
    sd = np.sqrt(np.diag(cov))
    R = np.tril(cov / np.outer(sd, sd))
    other = ce.Moments(names=wheaton.names, n=wheaton.n, cor=R, sd=sd)
    model = values["models"]["wheaton"]
    one, two = (ce.fit_sem(m, model, estimator="ML") for m in (wheaton, other))
    assert_allclose(one.fit[0].chi2, two.fit[0].chi2, rtol=SOLVED_TWICE)


def test_binary_outcomes_and_indirect_effects_match_lavaan(bfi, values):
    items = [f"{f}{i}" for f in "ACENO" for i in range(1, 6)]
    answers = bfi[items].dropna()
    coarse = answers.assign(C1=1.0 * (answers["C1"] > 4), C2=1.0 * (answers["C2"] > 4))
    model = values["models"]["path"]
    result = ce.fit_sem(coarse, model, parameterization="theta")
    theirs = values["path_theta"]
    fit_matches(result, theirs)
    columns = theirs["parameters"]
    at = columns["op"].index(":=")
    row = result.tidy("parameters").query("op == ':='").iloc[0]
    assert row["rhs"] == "a*b"
    assert_allclose(row["estimate"], columns["est"][at], atol=ATOL_ESTIMATE)
    assert_allclose(row["std_error"], columns["se"][at], rtol=RTOL_SE)


def test_ordered_and_numeric_variables_match_lavaan(bfi, values):
    ordered = [f"A{i}" for i in range(1, 6)]
    answers = bfi[[f"{f}{i}" for f in "ACENO" for i in range(1, 6)]].dropna()
    result = ce.fit_sem(answers, values["models"]["mixed"], ordered=ordered)
    fit_matches(result, values["mixed"])


def test_schema_constructs_are_the_model(village_survey):
    result = ce.confirm_factors(village_survey, std_lv=True)
    found = result.tidy("loadings").groupby("factor", sort=False)["item"].agg(tuple)
    assert found.to_dict() == village_survey.blocks
    assert result.sample.n_used < result.sample.n_total == village_survey.n


def test_constructs_that_a_model_uses_are_measured(village_survey):
    model = "voted_calon_1 ~ message_trust + candidate_credibility"
    result = ce.fit_sem(village_survey, model)
    assert set(result.tidy("loadings")["factor"]) == {"message_trust", "candidate_credibility"}
    assert len(result.tidy("parameters").query("op == '~'")) == 2


def test_survey_is_that_of_its_complete_answers(village_survey):
    whole = ce.confirm_factors(village_survey)
    items = [item for names in village_survey.blocks.values() for item in names]
    incomplete = village_survey.answers[items].isna().any(axis=1)
    rows = village_survey.answers.index[incomplete]
    clean = ce.confirm_factors(village_survey.without(rows, reason="incomplete"))
    assert whole.parts() == clean.parts()


def test_scores_are_labelled_as_the_answers(village_survey):
    result = ce.confirm_factors(village_survey)
    scores = ce.score_factors(result)
    assert len(scores) == result.sample.n_used
    assert set(scores.index) <= set(village_survey.answers.index)
    plain = village_survey.scores(village_survey.blocks["candidate_credibility"]).mean(axis=1)
    plain = pd.Series(plain, index=village_survey.answers.index)[scores.index]
    assert np.corrcoef(plain, scores["candidate_credibility"])[0, 1] > 0.97


def test_villages_are_resampled_where_they_are_few(village_survey):
    settings = {"std_lv": True, "cluster": "village", "bootstrap": ce.Bootstrap(reps=40)}
    result = ce.confirm_factors(village_survey, **settings)
    loadings = result.tidy("loadings")
    assert loadings["p_value"].isna().all()
    assert (loadings["conf_low"] < loadings["conf_high"]).all()
    assert "village_bootstrap" in {notice.code for notice in result.notices}
    plain = ce.confirm_factors(village_survey, std_lv=True)
    assert_allclose(loadings["estimate"], plain.tidy("loadings")["estimate"])
    assert result.parts() == ce.confirm_factors(village_survey, **settings).parts()


def test_bootstrap_of_respondents_is_near_the_robust_error(hs):
    plain = ce.confirm_factors(hs, HS, estimator="MLR", std_lv=True).tidy("loadings")
    resampled = ce.confirm_factors(
        hs, HS, estimator="MLR", std_lv=True, bootstrap=ce.Bootstrap(reps=100)
    ).tidy("loadings")
    # 100 resamples know a standard deviation to 7%, and small samples differ by as much again.
    assert_allclose(resampled["std_error"], plain["std_error"], rtol=0.35)
    assert resampled["p_value"].notna().all()


def test_many_villages_give_cluster_robust_errors(hs):
    frame = pd.concat([hs, hs], ignore_index=True).assign(twin=[*range(301), *range(301)])
    settings = {"estimator": "MLR", "std_lv": True}
    once = ce.confirm_factors(hs, HS, mean_structure=True, **settings)
    twice = ce.confirm_factors(frame, HS, cluster="twin", **settings)
    # A pupil copied says nothing new: errors stay, but for lavaan's G / (G - 1).
    ours = twice.tidy("loadings")["std_error"]
    expected = once.tidy("loadings")["std_error"] * np.sqrt(301 / 300)
    assert_allclose(ours, expected, rtol=DIFFERENCED)
    assert twice.fitted.replicates is None
