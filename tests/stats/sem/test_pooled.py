"""Pooled moments of imputed data sets, against lavaan fitted to the same."""

import pytest
from numpy.testing import assert_allclose
from tolerances import ROUNDING, SOLVED_TWICE

from campaign_effect.errors import StatisticsError
from campaign_effect.stats.moments.tables import encode
from campaign_effect.stats.sem.fit import fit
from campaign_effect.stats.sem.ordinal import sample_of_codes
from campaign_effect.stats.sem.pooled import pool_samples
from campaign_effect.stats.sem.rules import build_table
from campaign_effect.stats.sem.sample import sample_of_rows
from campaign_effect.stats.sem.syntax import parse_model
from campaign_effect.stats.sem.table import Specification

RTOL_SHARE = 1e-5  # of missing information, at the end of lavaan's search
ITEMS = [f"{f}{i}" for f in "AC" for i in range(1, 4)]
ORDERED = tuple((item, 6) for item in ITEMS)


@pytest.fixture(scope="module")
def values(reference):
    return reference("sem_imputed")


@pytest.fixture(scope="module")
def sets(read):
    found = read("imputed", ["set", *ITEMS])
    return [found[found[:, 0] == i, 1:] for i in range(1, 6)]


def _pooled(text, samples, **words):
    table = build_table(parse_model(text), ITEMS, Specification(**words))
    return table, pool_samples(samples, table)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("WLSMV", "model", {}),
        ("theta", "given", {"theta": True}),
        ("ULSMV", "model", {}),
    ],
)
def test_pooled_ordinal_models_match_lavaan(
    name, text, words, values, sets, matches_estimates, matches_fit
):
    samples = [sample_of_codes([encode(rows).codes]) for rows in sets]
    table, pooled = _pooled(values[text], samples, ordered=ORDERED, **words)
    solution = fit(table, pooled.sample, "ULSMV" if name == "ULSMV" else "WLSMV")
    matches_estimates(solution, values[name])
    matches_fit(solution, values[name])
    assert_allclose(pooled.share_missing.mean(), values[name]["share"], rtol=RTOL_SHARE)


def test_pooled_numeric_models_match_lavaan(values, sets, matches_estimates, matches_fit):
    samples = [sample_of_rows([rows]) for rows in sets]
    table, pooled = _pooled(values["model"], samples, mean_structure=True)
    solution = fit(table, pooled.sample, "MLM")
    matches_estimates(solution, values["MLM"])
    matches_fit(solution, values["MLM"])


def test_imputations_that_agree_are_one_sample(values, sets):
    sample = sample_of_codes([encode(sets[0]).codes])
    table, pooled = _pooled(values["model"], [sample] * 3, ordered=ORDERED)
    assert_allclose(pooled.share_missing, 0, atol=ROUNDING)
    plain, again = fit(table, sample, "WLSMV"), fit(table, pooled.sample, "WLSMV")
    assert_allclose(again.std_errors, plain.std_errors, rtol=SOLVED_TWICE)
    assert_allclose(again.scaled.statistic, plain.scaled.statistic, rtol=SOLVED_TWICE)


def test_one_imputation_is_not_pooled(values, sets):
    with pytest.raises(StatisticsError, match="at least 2"):
        _pooled(values["model"], [sample_of_rows([sets[0]])], mean_structure=True)
