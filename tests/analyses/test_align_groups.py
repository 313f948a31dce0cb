"""Alignment through the public function: against R, under a known truth, and on bad input."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from tolerances import DIFFERENCED

import campaign_effect as ce
from campaign_effect.errors import StatisticsError, UsageError

DATA = Path(__file__).parents[1] / "reference" / "data"
HS = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
N = "N =~ N1 + N2 + N3 + N4 + N5"

ATOL_ESTIMATE = 2e-4  # lavaan's own models stop up to 1e-4 away from the minimum
RTOL_ERROR = 2e-3  # the reference's derivatives are numeric, its models lavaan's
ATOL_LOSS = 1e-4  # of the same
ATOL_WEIGHTED = 1e-6  # the same loss, minimised twice
ATOL_R2 = 2e-3  # a ratio of small variances of these estimates


@pytest.fixture(scope="module")
def values(reference):
    return reference("alignment")


@pytest.fixture(scope="module")
def pupils():
    return pd.read_csv(DATA / "hs.csv")


@pytest.fixture(scope="module")
def bfi():
    frame = pd.read_csv(DATA / "bfi.csv").dropna(subset=["education"])
    cell = "e" + frame["education"].astype(int).astype(str) + "g" + frame["gender"].astype(str)
    return frame.assign(education=frame["education"].astype(int), cell=cell)


def same(result, factor, wanted):
    means = result.tidy("means").query("factor == @factor")
    assert means["n"].tolist() == wanted["n"]
    assert_allclose(means["estimate"], wanted["means"], atol=ATOL_ESTIMATE)
    assert_allclose(means["sd"], wanted["sds"], atol=ATOL_ESTIMATE)
    errors = means["std_error"].astype(float).fillna(0)
    assert_allclose(errors, wanted["mean_errors"], rtol=RTOL_ERROR)
    r2 = result.tidy("parameters").query("factor == @factor")["r2"]
    assert_allclose(r2, wanted["r2"], atol=ATOL_R2)


@pytest.mark.parametrize("factor", ["visual", "speed"])
def test_schools_match_r(factor, pupils, values):
    result = ce.align_groups(
        pupils, HS, group="school", estimator="ML", reference="Grant-White"
    )
    same(result, factor, values[f"hs_{factor}"])


@pytest.mark.parametrize(
    ("name", "group", "more"),
    [
        ("bfi_fixed", "education", {"reference": "1"}),
        ("bfi_free", "education", {"alignment": "free"}),
        ("bfi_ten", "cell", {"reference": "e1g1", "estimator": "ML"}),
        ("bfi_ordinal", "education", {"reference": "1", "estimator": "WLSMV"}),
    ],
)
def test_big_five_match_r(name, group, more, bfi, values):
    same(ce.align_groups(bfi, N, group=group, **more), "N", values[name])


def villages(seed, n=150, n_groups=10, away=0.0, scale=1.0):
    """Simulate answers of villages with known means of trust."""
    rng = np.random.default_rng(seed)
    means = np.append(0.0, rng.normal(0, 0.4, n_groups - 1))
    parts = []
    for g, mean in enumerate(means):
        intercepts = np.zeros(5)
        intercepts[g % 5] += away
        trust = rng.normal(mean, 1, n)
        answers = trust[:, None] * np.array([0.8, 0.7, 0.9, 0.6, 0.75]) + intercepts
        answers += rng.normal(0, 0.6, answers.shape)
        part = pd.DataFrame(scale * answers, columns=[f"t{i}" for i in range(1, 6)])
        parts.append(part.assign(village=f"v{g:02}"))
    return pd.concat(parts, ignore_index=True), means


TRUST = "trust =~ t1 + t2 + t3 + t4 + t5"


def test_invariant_villages_are_aligned_as_the_scalar_model_has_them():
    frame, _ = villages(1, n=400, n_groups=5)
    aligned = ce.align_groups(frame, TRUST, group="village", estimator="ML", reference="v00")
    scalar = ce.compare_invariance(frame, TRUST, group="village", estimator="ML")
    theirs = scalar.tidy("means").set_index("group")["estimate"]
    # The scalar model's unit is another one: that of its first loading.
    ours = aligned.tidy("means").set_index("group")["estimate"]
    assert np.corrcoef(ours, theirs[ours.index])[0, 1] > 0.99
    assert aligned.tidy("parameters")["n_invariant"].eq(5).all()


def test_means_of_partly_invariant_villages_come_back():
    found, covered, missed = [], [], []
    for seed in range(10):
        frame, means = villages(seed, away=0.6)
        result = ce.align_groups(frame, TRUST, group="village", estimator="ML", reference="v00")
        rows = result.tidy("means").iloc[1:]
        found.append(rows["estimate"] - means[1:])
        covered += ((rows["conf_low"] <= means[1:]) & (means[1:] <= rows["conf_high"])).tolist()
        values = result.tidy("values").query("op == '~1'")
        is_away = (
            values["group"].str[-2:].astype(int) % 5 == values["lhs"].str[1:].astype(int) - 1
        )
        missed.append(values.loc[is_away, "is_invariant"].mean())
    assert np.abs(np.mean(found, axis=0)).max() < 0.15  # ten samples of SE .13, and a bias
    assert np.mean(covered) > 0.85  # the loss leaves a small bias
    assert np.mean(missed) < 0.2  # nearly every altered intercept is found


def test_units_and_order_do_not_matter():
    frame, _ = villages(3, away=0.4)
    first = ce.align_groups(frame, TRUST, group="village", estimator="ML")
    scaled = frame.assign(t1=10 * frame["t1"] + 3, t4=-frame["t4"])
    shuffled = scaled.sample(frac=1, random_state=1)
    again = ce.align_groups(shuffled, TRUST, group="village", estimator="ML")
    assert_allclose(again.tidy()["estimate"], first.tidy()["estimate"], atol=DIFFERENCED)
    own, other = (r.tidy("values").query("lhs == 't1' and op == '~1'") for r in (first, again))
    assert_allclose(other["estimate"], 10 * own["estimate"] + 3, atol=10 * DIFFERENCED)


def test_a_weight_of_two_counts_as_two_respondents():
    frame, _ = villages(4, n=120, n_groups=3)
    frame["w"] = 1.0 + (frame.groupby("village").cumcount() < 40)
    twice = pd.concat([frame, frame[frame["w"] == 2]], ignore_index=True)
    weighted, doubled = (
        ce.align_groups(one, TRUST, group="village", weights=weights, reference="v00")
        for one, weights in ((frame, "w"), (twice, False))
    )
    ours, theirs = (one.tidy()[["estimate", "sd"]] for one in (weighted, doubled))
    assert_allclose(ours, theirs, atol=ATOL_WEIGHTED)
    assert weighted.tidy()["n"].tolist() == [120] * 3


def test_small_and_different_groups_are_named():
    frame, _ = villages(2, n=60)
    result = ce.align_groups(frame, TRUST, group="village")
    notice = next(one for one in result.notices if one.code == "small_groups")
    assert dict(notice.facts)["k"] == 10
    assert result.reference == "village=v00"


def test_much_that_differs_is_said():
    frame, _ = villages(5, n=400, n_groups=4)
    rng = np.random.default_rng(1)
    for village in ("v01", "v02", "v03"):
        here = frame["village"] == village
        items = [f"t{i}" for i in range(1, 6)]
        frame.loc[here, items] *= rng.uniform(0.3, 1.5, 5)
        frame.loc[here, items] += rng.uniform(-1.5, 1.5, 5)
    result = ce.align_groups(frame, TRUST, group="village")
    assert "much_noninvariance" in {notice.code for notice in result.notices}


def test_a_group_without_a_solution_is_named():
    frame, _ = villages(2, n=60)
    frame = frame[(frame["village"] != "v03") | (frame.groupby("village").cumcount() < 4)]
    with pytest.raises(StatisticsError, match="1 of 10 groups") as caught:
        ce.align_groups(frame, TRUST, group="village")
    assert "village=v03" in str(caught.value.received)


def test_too_many_small_groups_are_refused_with_a_remedy():
    frame, _ = villages(2, n=14)
    with pytest.raises(StatisticsError, match="150 free parameters") as caught:
        ce.align_groups(frame, TRUST, group="village")
    assert "join small groups" in caught.value.hint


@pytest.mark.parametrize(
    ("model", "more", "problem"),
    [
        (TRUST + "\nother =~ t1 + t2 + t3", {}, "items of their own"),
        ("trust =~ 1*t1 + t2 + t3 + t4", {}, "items of their own"),
        (TRUST + "\nt1 ~ t2", {}, "items of their own"),
        (TRUST, {"alignment": "fix"}, "alignment cannot be"),
        (TRUST, {"reference": "v99"}, "No group"),
        (TRUST, {"alignment": "free", "reference": "v01"}, "FREE"),
    ],
)
def test_bad_requests_are_refused(model, more, problem):
    frame, _ = villages(2, n=40)
    with pytest.raises(UsageError, match=problem):
        ce.align_groups(frame, model, group="village", **more)


@pytest.mark.parametrize("language", ["en", "id"])
def test_a_report_names_the_highest_group(language):
    frame, _ = villages(2, n=60)
    result = ce.align_groups(frame, TRUST, group="village", alignment="free")
    text = ce.Report([result], language=language).to(".md").decode()
    assert "FREE" in text
    highest = max(result.means, key=lambda row: row.estimate).group.partition("=")[2]
    assert f"“{highest}”" in text
