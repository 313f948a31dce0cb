"""Reliability from models and power of the RMSEA test, against semTools."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from campaign_effect.errors import UsageError
from campaign_effect.stats.moments.tables import encode
from campaign_effect.stats.sem.composites import composites
from campaign_effect.stats.sem.ordinal import sample_of_codes
from campaign_effect.stats.sem.power import rmsea_power, rmsea_sample_size
from campaign_effect.stats.sem.sample import sample_of_rows
from campaign_effect.stats.sem.standardise import standardise

BFI_ITEMS = [f"{f}{i}" for f in "ACENO" for i in range(1, 6)]
BFI = "\n".join(f"{f} =~ " + " + ".join(f"{f}{i}" for i in range(1, 6)) for f in "ACENO")
TURNED = ["A1", "C4", "C5", "E1", "E2", "O2", "O5"]
ATOL_OPTIMISER = 2e-5  # semTools takes lavaan's estimates, which stop at 1e-5
ATOL_POWER = 1e-6


@pytest.fixture(scope="module")
def values(reference):
    return reference("sem_composites")


@pytest.fixture(scope="module")
def answers(complete):
    found = complete("bfi", BFI_ITEMS)
    turned = np.isin(BFI_ITEMS, TURNED)
    return np.where(turned, 7 - found, found)


def _matches(solution, values, prefix, names):
    found = composites(solution)
    for name in names:
        ours = {composite.factor: getattr(composite, name) for composite in found}
        wanted = values[prefix + name]
        assert_allclose(
            [ours[factor] for factor in wanted],
            list(wanted.values()),
            rtol=0,
            atol=ATOL_OPTIMISER,
        )


def test_composites_match_semtools(answers, values, fitted):
    solution = fitted(BFI, BFI_ITEMS, sample_of_rows([answers]))
    _matches(solution, values, "", ("omega", "omega_model", "ave", "ave_standardised"))


def test_ordinal_composites_match_semtools(answers, values, fitted):
    ordered = tuple((item, 6) for item in BFI_ITEMS)
    sample = sample_of_codes([encode(answers).codes])
    solution = fitted(BFI, BFI_ITEMS, sample, "WLSMV", ordered=ordered)
    _matches(solution, values, "ordinal_", ("omega", "omega_model", "ave"))


def test_ordinal_heywood_cases_have_no_omega(fitted):
    rng = np.random.default_rng(1)
    codes = np.digitize(0.1 * rng.normal(size=(100, 1)) + rng.normal(size=(100, 6)), [-1, 0, 1])
    sample = sample_of_codes([codes.astype(np.int8)])
    model, ordered = "f =~ a + b + c + d + e + g", tuple((x, 4) for x in "abcdeg")
    solution = fitted(model, "abcdeg", sample, "WLSMV", ordered=ordered)
    assert np.abs(standardise(solution).values[:6]).max() > 1
    (found,) = composites(solution)
    assert np.isnan(found.omega)


def test_power_matches_semtools(values):
    found = [
        rmsea_power(50, 200),
        rmsea_power(50, 200, true=0.01),
        rmsea_power(30, 150, null=0.0, true=0.05),
    ]
    wanted = [values[f"power_{name}"] for name in ("close", "not_close", "exact")]
    assert_allclose(found, wanted, rtol=0, atol=ATOL_POWER)


def test_needed_rows_match_semtools(values):
    assert rmsea_sample_size(50) == values["size_close"]
    assert rmsea_sample_size(50, true=0.01) == values["size_not_close"]


def test_needed_rows_are_the_fewest():
    n = rmsea_sample_size(24, 0.9)
    assert rmsea_power(24, n) >= 0.9 > rmsea_power(24, n - 1)


def test_impossible_power_is_refused():
    with pytest.raises(UsageError, match="different RMSEAs"):
        rmsea_power(10, 100, null=0.05, true=0.05)
    with pytest.raises(UsageError, match="between alpha and 1"):
        rmsea_sample_size(10, 0.01)
