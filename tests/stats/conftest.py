"""Reference values and the public data they were made from."""

import json
from pathlib import Path

import numpy as np
import pytest

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
    """The values of one reference file, by its name."""
    return lambda name: json.loads((REFERENCE / f"{name}.json").read_text())["values"]


@pytest.fixture(scope="session")
def bfi():
    """25 items of the Big Five answered from 1 to 6 by 2,800 people, nan where missing."""
    path = REFERENCE / "data" / "bfi.csv"
    return np.genfromtxt(path, delimiter=",", skip_header=1, missing_values="NA")[:, :25]


@pytest.fixture(scope="session")
def bfi_complete(bfi):
    """The 2,436 people who answered all 25 items."""
    return bfi[~np.isnan(bfi).any(axis=1)]


@pytest.fixture(scope="session")
def hs():
    """Nine ability tests of 301 pupils (Holzinger and Swineford, 1939)."""
    path = REFERENCE / "data" / "hs.csv"
    return np.genfromtxt(path, delimiter=",", skip_header=1, usecols=range(6, 15))


@pytest.fixture(scope="session")
def turned():
    """Choose one scale's items from the 25 and turn its reverse-keyed ones."""

    def choose(answers, scale):
        first = 5 * list(SCALES).index(scale)
        signs = np.array([name.startswith("-") for name in SCALES[scale]])
        items = answers[:, first : first + 5]
        return np.where(signs, 7 - items, items)

    return choose
