"""Public data as surveys, and the values that R gives for them."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import campaign_effect as ce

REFERENCE = Path(__file__).parents[1] / "reference"
SCALES = {
    "A": ("-A1", "A2", "A3", "A4", "A5"),
    "C": ("C1", "C2", "C3", "-C4", "-C5"),
    "E": ("-E1", "-E2", "E3", "E4", "E5"),
    "N": ("N1", "N2", "N3", "N4", "N5"),
    "O": ("O1", "-O2", "O3", "O4", "-O5"),
}


@pytest.fixture(scope="session")
def reference():
    """Give the values of one reference file, by its name."""
    return lambda name: json.loads((REFERENCE / f"{name}.json").read_text())["values"]


@pytest.fixture(scope="session")
def bfi():
    """25 items of the Big Five, from 1 to 6, as they were asked."""
    return pd.read_csv(REFERENCE / "data" / "bfi.csv").iloc[:, :25].astype(float)


@pytest.fixture(scope="session")
def bfi_turned(bfi):
    """Turn the reverse-keyed items."""
    negative = [name[1:] for names in SCALES.values() for name in names if name[0] == "-"]
    return bfi.assign(**{name: 7 - bfi[name] for name in negative})


@pytest.fixture(scope="session")
def blocks():
    """Give the items of the five scales, by name."""
    return {scale: tuple(n.removeprefix("-") for n in names) for scale, names in SCALES.items()}


@pytest.fixture(scope="session")
def hs():
    """Nine ability tests of 301 pupils (Holzinger and Swineford, 1939)."""
    names = [f"x{i}" for i in range(1, 10)]
    return pd.read_csv(REFERENCE / "data" / "hs.csv")[names].astype(float)


@pytest.fixture(scope="session")
def survey_of():
    """Read a data frame without a schema."""
    return ce.read_survey


@pytest.fixture
def one_factor():
    """Simulate answers from 1 to 5 to items of one factor."""

    def simulate(n, k, seed, noise=1.0):
        rng = np.random.default_rng(seed)
        latent = rng.normal(size=(n, 1)) + noise * rng.normal(size=(n, k))
        codes = np.digitize(latent, [-1.5, -0.5, 0.5, 1.5]) + 1.0
        return pd.DataFrame(codes, columns=[f"q{i}" for i in range(1, k + 1)])

    return simulate
