"""Designs of the models that R fitted in tests/reference/effects.R and outcomes.R."""

import csv
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

REFERENCE = Path(__file__).parents[2] / "reference"


def _columns(name):
    with (REFERENCE / "data" / f"{name}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


@pytest.fixture(scope="session")
def effects():
    """What R found."""
    return json.loads((REFERENCE / "effects.json").read_text())["values"]


@pytest.fixture(scope="session")
def outcomes():
    """What R found for probit, fractional, Firth, ordered, multinomial and mixed models."""
    return json.loads((REFERENCE / "outcomes.json").read_text())["values"]


@pytest.fixture(scope="session")
def endometrial():
    """High grades (1) of endometrial cancer, separated by neovascularisation."""
    data = _columns("endometrial")
    regressors = [data[name].astype(float) for name in ("NV", "PI", "EH")]
    y = data["HG"].astype(float)
    return SimpleNamespace(X=np.column_stack([np.ones(len(y)), *regressors]), y=y)


@pytest.fixture(scope="session")
def beps():
    """British voters of 1997-2001: their vote, and how they see the economy."""
    data = _columns("beps")
    numbers = {
        name: data[name].astype(float) for name in data if name not in ("vote", "gender")
    }
    male = (data["gender"] == "male").astype(float)
    leaders = [numbers[name] for name in ("Blair", "Hague", "Kennedy")]
    europe, knowledge = numbers["Europe"], numbers["political.knowledge"]
    economy = [numbers[f"economic.cond.{name}"] for name in ("national", "household")]
    ordered = [numbers["age"], male, *leaders, europe, knowledge]
    voted = [numbers["age"], male, *economy, *leaders, europe, knowledge, europe * knowledge]
    return SimpleNamespace(
        X=np.column_stack(ordered),
        economy=economy[0].astype(int) - 1,
        X_vote=np.column_stack([np.ones(len(male)), *voted]),
        vote=np.unique(data["vote"], return_inverse=True)[1],
        age_group=numbers["age"].astype(int) // 5,
    )


@pytest.fixture
def steps():
    """A small survey with an ordered answer: 240 answers, 4 categories, 8 clusters."""
    rng = np.random.default_rng(8)
    codes = rng.permutation(np.repeat(np.arange(8), [4, 10, 16, 30, 40, 40, 50, 50]))
    X = np.column_stack([rng.normal(size=240), rng.random((240, 2)) < 0.4]).astype(float)
    latent = X @ [0.8, 0.5, -0.6] + 0.5 * rng.normal(size=8)[codes] + rng.logistic(size=240)
    return SimpleNamespace(X=X, y=np.digitize(latent, [-1.5, 0.0, 1.2]), codes=codes)


@pytest.fixture(scope="session")
def chile():
    """Voters for yes (1) or no (0) in Chile's plebiscite, in 29 communities of 5 regions."""
    data = _columns("chile_yn")
    secondary, post = data["edu"] == "S", data["edu"] == "PS"
    age, inc, statusquo = (data[name].astype(float) for name in ("age", "inc", "statusquo"))
    ones, male = np.ones(len(age)), data["sex"] == "M"
    comm = np.unique(data["comm"], return_inverse=True)[1]
    X = np.column_stack([ones, male, age, secondary, post, inc, statusquo]).astype(float)
    crossed = np.column_stack(
        [X[:, :5], statusquo, inc, secondary * statusquo, post * statusquo]
    )
    return SimpleNamespace(
        X=X,
        X_alone=np.column_stack([X, comm == 4]).astype(float),
        X_crossed=crossed,
        y=data["y"].astype(float),
        comm=comm,
        region=np.unique(data["region"], return_inverse=True)[1],
    )


@pytest.fixture(scope="session")
def anes():
    """Votes for Dole (1) or Clinton (0) in 1996."""
    data = _columns("anes96")
    names = ("TVnews", "selfLR", "PID", "age", "educ", "income")
    X = np.column_stack(
        [np.ones(len(data["vote"]))] + [data[name].astype(float) for name in names]
    )
    return SimpleNamespace(X=X, y=data["vote"].astype(float), names=names)


@pytest.fixture
def villages():
    """A small survey: 200 answers, 4 terms, 9 clusters of unequal size, rows shuffled."""
    rng = np.random.default_rng(20)
    codes = rng.permutation(np.repeat(np.arange(9), [2, 3, 10, 15, 20, 25, 30, 45, 50]))
    X = np.column_stack([np.ones(200), rng.normal(size=200), rng.random((200, 2)) < 0.4])
    eta = X @ [-0.4, 0.8, 0.5, -0.6] + 0.5 * rng.normal(size=9)[codes]
    y = (rng.random(200) < 1 / (1 + np.exp(-eta))).astype(float)
    return SimpleNamespace(X=X, y=y, codes=codes)
