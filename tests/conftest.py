"""What several tests share."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import settings

import campaign_effect as ce

# The same examples at every run: a new counter-example is found here, not on a server.
settings.register_profile("fixed", derandomize=True, deadline=None)
settings.load_profile("fixed")

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def load_benchmark():
    """Load a command of the benchmarks by its name; what they share stands beside them."""
    folder = ROOT / "benchmarks"
    sys.path.append(str(folder))  # the last: `coverage` is a package elsewhere

    def load(name):
        path = folder / f"{name}.py"
        spec = importlib.util.spec_from_file_location(f"benchmark_{name}", path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        return module

    yield load
    sys.path.remove(str(folder))


@pytest.fixture(scope="session")
def village_survey():
    """Read the bundled example with its schema."""
    return ce.read_survey(
        ROOT / "data" / "examples" / "village_survey.csv", ROOT / "data/schemas/pilkades.yaml"
    )


@pytest.fixture(scope="session")
def village_findings(village_survey):
    """Run every analysis of the bundled example."""
    return ce.run(ce.Plan(), village_survey)


@pytest.fixture(scope="session")
def chile():
    """Read the Chilean plebiscite as an analyst's data frame."""
    frame = pd.read_csv(ROOT / "tests" / "reference" / "data" / "chile_yn.csv")
    return frame.assign(edu=pd.Categorical(frame["education"], ["P", "S", "PS"]))
