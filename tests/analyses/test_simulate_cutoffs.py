"""Simulated limits of fit indices: against lavaan, a published figure, and on bad input."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import campaign_effect as ce
from campaign_effect.analyses.sem.cutoffs import _draw_of, _population
from campaign_effect.errors import StatisticsError, UsageError
from campaign_effect.stats.sem.misspecification import misspecified, omissions

DATA = Path(__file__).parents[1] / "reference" / "data"
HS = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
ONE = "g =~ " + " + ".join(f"x{i}" for i in range(1, 10))
N = "N =~ N1 + N2 + N3 + N4 + N5"
QUANTILES = [0.05, 0.10, 0.90, 0.95]

MC_ERRORS = 4.5  # of 36 comparisons each; one false alarm in thousands, and seeds are fixed
ATOL_PRINTED = 5e-5  # four decimals
ATOL_PUBLISHED = 0.004  # three decimals, and the errors of 500 and 300 samples


@pytest.fixture(scope="module")
def values(reference):
    return reference("cutoffs")


@pytest.fixture(scope="module")
def pupils():
    return pd.read_csv(DATA / "hs.csv")


@pytest.fixture(scope="module")
def neurotic():
    items = [f"N{i}" for i in range(1, 6)]
    return pd.read_csv(DATA / "bfi.csv")[items].dropna().iloc[::5]


def drawn(result, level, n, seed):
    population = _population(result)
    added = tuple(one for one in omissions(population) if one.level <= level)
    draw = _draw_of(result.fitted, misspecified(population, added).correlations)
    rng = np.random.default_rng(seed)
    return np.array([draw(rng) for _ in range(n)])


def quantile_error(sample, q, n_other):
    """Estimate the error of a difference of quantiles, their density by spacing."""
    width = 0.04
    low, high = np.quantile(sample, [max(q - width, 0), min(q + width, 1)])
    density = 2 * width / max(high - low, 1e-9)
    return np.sqrt(q * (1 - q) * (1 / len(sample) + 1 / n_other)) / density


def same_distribution(sample, wanted, n_other):
    for place in range(3):
        own = sample[:, place]
        for row, q in enumerate(QUANTILES):
            error = MC_ERRORS * quantile_error(own, q, n_other) + 5e-4  # ties at 0 and 1
            assert abs(np.quantile(own, q) - wanted[row][place]) < error, (place, q)


@pytest.mark.parametrize(("name", "model"), [("three", HS), ("one", ONE)])
def test_normal_samples_fit_as_those_of_lavaan(name, model, pupils, values):
    result = ce.confirm_factors(pupils, model, estimator="ML")
    levels = [key for key in values[name] if key.startswith("level")]
    for level, key in enumerate(["right", *levels]):
        same_distribution(drawn(result, level, 200, seed=level), values[name][key], 400)


def test_ordinal_samples_fit_as_those_of_lavaan(neurotic, values):
    result = ce.confirm_factors(neurotic, N)
    for level, key in enumerate(["right", "level1", "level2"]):
        same_distribution(drawn(result, level, 80, seed=level), values["ordinal"][key], 150)


def test_the_pairs_are_those_of_the_reference(pupils, neurotic, values):
    for name, result in (
        ("one", ce.confirm_factors(pupils, ONE, estimator="ML")),
        ("ordinal", ce.confirm_factors(neurotic, N)),
    ):
        names = result.fitted.solution.table.observed
        found = omissions(_population(result))
        ours = [sorted((names[one.item], names[one.other])) for one in found]
        assert ours == [sorted(pair) for pair in values[name]["pairs"]]


def test_published_limits_come_back(pupils):
    """Of the R package `dynamic` (vignette): SRMR .040, RMSEA .044, CFI .984."""
    result = ce.confirm_factors(pupils, HS, estimator="ML")
    found = ce.simulate_cutoffs(result, replications=300)
    first = found.cutoffs[0]
    assert_allclose(
        [first.srmr, first.rmsea, first.cfi], [0.040, 0.044, 0.984], atol=ATOL_PUBLISHED
    )
    assert {first.srmr_rate, first.rmsea_rate, first.cfi_rate} <= {0.95, 0.90}
    row = found.observed[0]
    assert (row.srmr, row.rmsea, row.cfi) == pytest.approx(
        (0.0652, 0.0921, 0.9306), abs=ATOL_PRINTED
    )
    assert row.cfi_level is None


def exact(n, loading=0.7, k=4):
    """Give the moments of a survey that one factor fits exactly."""
    cov = np.full((k, k), loading**2) + (1 - loading**2) * np.eye(k)
    return ce.Moments(names=[f"i{j}" for j in range(k)], n=n, cov=cov)


MODEL = "f =~ i0 + i1 + i2 + i3"
SIX = "f =~ i0 + i1 + i2 + i3 + i4 + i5"


def test_a_model_that_fits_is_within_the_first_level():
    result = ce.confirm_factors(exact(800, k=6), SIX, estimator="ML")
    found = ce.simulate_cutoffs(result, replications=100)
    row = found.observed[0]
    assert (row.srmr_level, row.rmsea_level, row.cfi_level) == (1, 1, 1)
    assert [one.level for one in found.cutoffs] == [1, 2, 3]
    limits = found.tidy()[["srmr", "rmsea"]].astype(float)
    assert (limits.diff().iloc[1:] > 0).all().all()


def test_few_respondents_have_no_limits():
    result = ce.confirm_factors(exact(60, loading=0.6), MODEL, estimator="ML")
    found = ce.simulate_cutoffs(result, replications=100)
    assert found.cutoffs[0].srmr is None
    text = ce.Report([found], language="en").to(".md").decode()
    assert "has no limit" in text or "tells" in text


def test_the_same_seed_gives_the_same_limits():
    result = ce.confirm_factors(exact(1000), MODEL, estimator="ML")
    told = []
    first, second, other = (
        ce.simulate_cutoffs(result, replications=100, seed=seed, on_progress=progress)
        for seed, progress in ((3, None), (3, lambda *now: told.append(now)), (4, None))
    )
    assert first.cutoffs == second.cutoffs != other.cutoffs
    assert told[-1] == (200, 200)


def test_categories_that_a_sample_lacks_do_not_stop_it():
    rng = np.random.default_rng(1)
    f = rng.normal(size=120)
    rare = [np.digitize(f + rng.normal(size=120), [-2.2, 0, 1]) for _ in range(4)]
    frame = pd.DataFrame(np.column_stack(rare), columns=list("abcd"))
    result = ce.confirm_factors(frame, "f =~ a + b + c + d")
    found = ce.simulate_cutoffs(result, replications=100)
    assert len(found.cutoffs) == 1
    assert not found.notices


@pytest.mark.parametrize(
    ("model", "more", "problem"),
    [
        (HS, {"group": "school"}, "several groups"),
        (HS + "\nspeed ~ visual", {}, "regressions"),
        ("top =~ visual + textual + speed\n" + HS, {}, "measure factors"),
        ("visual =~ x1 + x2 + x3", {}, "degrees of freedom"),
        (HS, {"estimator": "ULS"}, "least squares"),
    ],
)
def test_other_models_are_refused(model, more, problem, pupils):
    fit = ce.fit_sem if "~ v" in model else ce.confirm_factors
    result = fit(pupils, model, **{"estimator": "ML", **more})
    with pytest.raises(UsageError) as caught:
        ce.simulate_cutoffs(result)
    assert problem in str(caught.value.received)


def test_few_replications_are_refused(pupils):
    with pytest.raises(UsageError, match="at least 100"):
        ce.simulate_cutoffs(ce.confirm_factors(pupils, HS, estimator="ML"), replications=50)


def test_a_heywood_case_is_no_population():
    cov = np.array(
        [[1, 0.8, 0.8, 0.1], [0.8, 1, 0.6, 0.1], [0.8, 0.6, 1, 0.1], [0.1] * 3 + [1]]
    )
    cov[0, 1] = cov[1, 0] = 0.9
    cov[0, 2] = cov[2, 0] = 0.85
    given = ce.Moments(names=list("abcd"), n=200, cov=cov)
    result = ce.confirm_factors(given, "f =~ a + b + c + d", estimator="ML")
    assert any(notice.code == "negative_variance" for notice in result.notices)
    with pytest.raises(StatisticsError, match="no possible population"):
        ce.simulate_cutoffs(result)


@pytest.mark.parametrize("language", ["en", "id"])
def test_a_report_shows_the_limits(language):
    result = ce.confirm_factors(exact(200), MODEL, estimator="ML")
    found = ce.simulate_cutoffs(result, replications=100)
    text = ce.Report([found], language=language).to(".md").decode()
    assert "McNeish & Wolf, 2023" in text.replace("\\", "")
