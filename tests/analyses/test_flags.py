"""Every flag finds what was planted for it, says its cut-off, and leaves the others alone."""

import json

import numpy as np
import pandas as pd
import pytest

import campaign_effect as ce
from campaign_effect.analyses.quality import exclude_flagged
from campaign_effect.analyses.quality.flags import CHECKS
from campaign_effect.schema.model import Schema

N = 120
SCALES = 6
ITEMS = [f"q{s}_{i}" for s in range(SCALES) for i in range(4)]


def form(**more):
    constructs = [
        {
            "name": f"c{s}",
            "scale": "agree",
            "items": [
                {"name": f"q{s}_{i}", "column": f"q{s}_{i}", "reversed": i == 3}
                for i in range(4)
            ],
        }
        for s in range(SCALES)
    ]
    variables = [
        {"name": "age", "column": "age", "low": 15, "high": 110},
        {"name": "check", "column": "check", "type": "number"},
    ]
    roles = {
        "age": "age",
        "attention": [{"variable": "check", "right": 4}],
        "identity": ["phone"],
        "started": ["start"],
        "submitted": ["end"],
    }
    points = [{"code": code} for code in range(1, 6)]
    return Schema.model_validate(
        {
            "name": "form",
            "scales": [{"name": "agree", "points": points}],
            "constructs": constructs,
            "variables": variables,
            "roles": roles,
            **more,
        }
    )


@pytest.fixture
def honest():
    """Answers that hang together, at random times, of adults who read."""
    rng = np.random.default_rng(11)
    traits = rng.normal(size=(N, SCALES))
    answers = {}
    for s in range(SCALES):
        for i in range(4):
            latent = traits[:, s] + 0.6 * rng.normal(size=N)
            code = np.clip(np.round(3 + 1.1 * latent), 1, 5)
            answers[f"q{s}_{i}"] = (6 - code if i == 3 else code).astype(int)
    start = pd.Timestamp(2024, 11, 12, 8) + pd.to_timedelta(
        np.cumsum(rng.exponential(900, N)), unit="s"
    )
    took = pd.to_timedelta(rng.uniform(400, 800, N), unit="s")
    return pd.DataFrame(
        {
            **answers,
            "age": rng.integers(18, 80, N),
            "check": 4,
            "phone": [f"08120000{i:04d}" for i in range(N)],
            "IPAddress": [f"10.0.0.{i}" for i in range(N)],
            "start": start.floor("s").astype(str),
            "end": (start + took).floor("s").astype(str),
        }
    )


def flagged(frame, reason, **more):
    quality = ce.check_quality(ce.read_survey(frame, form(**more)))
    return quality.flagged_for(reason).tolist()


def test_honest_respondents_carry_hardly_any_flag(honest):
    counts = ce.check_quality(ce.read_survey(honest, form())).tidy("flag_counts")
    assert counts["unchecked"].isna().all()
    n = counts.set_index("reason")["n"].drop(["flag.outlying", "flag.inconsistent"])
    assert (n == 0).all()
    assert counts["n"].sum() < 0.06 * N


def test_a_copy_is_a_duplicate_of_the_row_it_repeats(honest):
    honest.loc[50, [*ITEMS, "age"]] = honest.loc[20, [*ITEMS, "age"]]
    quality = ce.check_quality(ce.read_survey(honest, form()))
    (flag,) = [flag for flag in quality.flags if flag.reason == "flag.duplicate"]
    assert (flag.row, flag.other_row) == (50, 20)
    assert quality.flagged_for("near_duplicate").empty


def test_a_retouched_copy_is_a_near_duplicate(honest):
    honest.loc[50, [*ITEMS, "age"]] = honest.loc[20, [*ITEMS, "age"]]
    honest.loc[50, ITEMS[:2]] = 6 - honest.loc[20, ITEMS[:2]].clip(1, 2)
    quality = ce.check_quality(ce.read_survey(honest, form()))
    (flag,) = [flag for flag in quality.flags if flag.reason == "flag.near_duplicate"]
    assert (flag.row, flag.other_row) == (50, 20)
    assert 0.85 < flag.value < 1


def test_the_same_telephone_in_another_form_is_the_same_person(honest):
    honest.loc[7, "phone"] = "+62 812-0000-0003"
    assert flagged(honest, "same_person") == [7]


def test_a_device_of_two_is_flagged_and_those_of_interviewers_are_not(honest):
    addresses = honest["IPAddress"]
    honest["IPAddress"] = [*addresses[:-1], addresses[4]]
    assert flagged(honest, "same_device") == [N - 1]
    honest["IPAddress"] = [addresses[i % 5] for i in range(N)]
    counts = ce.check_quality(ce.read_survey(honest, form())).flag_counts
    (row,) = [one for one in counts if one.reason == "flag.same_device"]
    assert (row.n, row.unchecked) == (None, "unchecked.shared_devices")


def test_half_the_median_s_time_is_too_fast(honest):
    took = pd.to_datetime(honest["end"]) - pd.to_datetime(honest["start"])
    end = pd.to_datetime(honest["start"]) + took.median() / 2
    honest.loc[3, "end"] = str((end - pd.Timedelta("9s"))[3].floor("s"))
    honest.loc[4, "end"] = str((end + pd.Timedelta("9s"))[4].floor("s"))
    assert flagged(honest, "speeder") == [3]


def test_straight_lines_and_long_runs(honest):
    honest.loc[5, ITEMS] = 3
    honest.loc[6, ITEMS[:12]] = 2
    assert flagged(honest, "straight_lining") == [5]
    assert set(flagged(honest, "long_run")) == {5, 6}


def test_a_straight_line_counts_as_asked_not_as_turned(honest):
    reversed_items = [item for item in ITEMS if item.endswith("3")]
    honest.loc[5, ITEMS] = 4
    honest.loc[6, ITEMS] = 4
    honest.loc[6, reversed_items] = 2
    assert flagged(honest, "straight_lining") == [5]


def test_random_answers_are_inconsistent_or_outlying_more_often(honest):
    rng = np.random.default_rng(3)
    rows = honest.index[:40]
    honest.loc[rows, ITEMS] = rng.integers(1, 6, (40, len(ITEMS)))
    found = set(flagged(honest, "inconsistent")) | set(flagged(honest, "outlying"))
    assert len(found & set(rows)) > 15
    assert len(found - set(rows)) < 8


def test_failed_attention_ages_and_minors(honest):
    honest["check"] = honest["check"].astype(float)
    honest.loc[[1, 2], "check"] = [3.0, np.nan]
    honest.loc[[3, 4, 5], "age"] = [17, 3, 111]
    assert flagged(honest, "failed_attention") == [1, 2]
    assert flagged(honest, "under_18") == [3]
    assert flagged(honest, "impossible_age") == [4, 5]


def test_a_program_at_regular_gaps_is_flagged(honest):
    start = pd.Timestamp(2024, 12, 1, 3, 0, 7)
    for i in range(10):
        honest.loc[i, "start"] = str(start + pd.Timedelta(seconds=31 * i))
        honest.loc[i, "end"] = str(start + pd.Timedelta(seconds=31 * i + 500))
    assert flagged(honest, "bot_pattern") == list(range(10))


def test_nobody_is_excluded_unless_the_schema_says_so(honest):
    honest.loc[[3, 4], "age"] = 17
    honest.loc[5, ITEMS] = 3
    survey = ce.read_survey(honest, form())
    kept, quality = exclude_flagged(survey, ce.check_quality(survey))
    assert kept.n == N
    assert "flagged" in {notice.code for notice in quality.notices}
    survey = ce.read_survey(honest, form(exclude=["straight_lining", "under_18"]))
    kept, quality = exclude_flagged(survey, ce.check_quality(survey))
    assert [(step.reason, step.n) for step in kept.steps] == [
        ("straight_lining", 1),
        ("under_18", 2),
    ]
    assert [row.n_left for row in quality.exclusions] == [N - 1, N - 3]


def test_every_flag_can_be_excluded_and_has_a_source_or_is_plain():
    plain = {"duplicate", "same_person", "impossible_age"}
    schema = Schema.model_validate({"name": "s", "exclude": list(CHECKS)})
    assert set(schema.exclude) == set(CHECKS)
    assert {reason for reason, check in CHECKS.items() if not check.source} == plain


def test_what_cannot_be_checked_says_why_and_counts_nobody():
    survey = ce.read_survey(pd.DataFrame({"a": [1, 2, 2], "b": [2, 1, 3]}))
    counts = ce.check_quality(survey).flag_counts
    assert {row.unchecked for row in counts if row.reason != "flag.outlying"} == {
        *("unchecked.few_questions", "unchecked.no_identity", "unchecked.no_times"),
        "unchecked.no_device",
        *("unchecked.few_items", "unchecked.few_scales", "unchecked.no_attention"),
        *("unchecked.no_age", "unchecked.no_submitted"),
    }
    assert all(row.n is None for row in counts if row.unchecked)


def test_time_stamps_without_seconds_say_nothing_about_programs(honest):
    honest["end"] = pd.to_datetime(honest["end"]).dt.floor("min").astype(str)
    counts = ce.check_quality(ce.read_survey(honest, form())).flag_counts
    (bots,) = [row for row in counts if row.reason == "flag.bot_pattern"]
    assert bots.unchecked == "unchecked.no_seconds"


def test_the_missing_test_is_that_of_the_numbers(honest):
    rng = np.random.default_rng(4)
    for item in ITEMS[:3]:
        honest.loc[rng.random(N) < 0.1, item] = np.nan
    survey = ce.read_survey(honest, form())
    (row,) = ce.check_quality(survey).missing_test
    assert (row.n, row.k) == (N, len(ITEMS) + 1)  # the check is the same for everybody
    assert 0.001 < row.p_value < 1
    assert ce.check_quality(ce.read_survey(honest.fillna(3), form())).missing_test == ()


def test_patterns_name_what_is_missing_the_commonest_first(honest):
    honest.loc[:9, ITEMS[0]] = np.nan
    honest.loc[:3, ITEMS[1]] = np.nan
    rows = ce.check_quality(ce.read_survey(honest, form())).tidy("patterns")
    assert rows["n"].tolist() == [N - 10, 6, 4, 4]
    assert rows["item"].tolist()[1:] == [ITEMS[0], ITEMS[0], ITEMS[1]]


def aside_survey(n_secret, n_unknown=0, n_blank=0):
    points = [{"code": "a", "text": "A"}, {"code": "b", "text": "B"}]
    aside = [{"code": "secret", "text": "Rahasia"}, {"code": "unknown", "text": "Tidak tahu"}]
    schema = Schema.model_validate(
        {
            "name": "s",
            "scales": [{"name": "vote", "points": points, "aside": aside}],
            "variables": [{"name": "vote", "column": "vote", "scale": "vote"}],
        }
    )
    cells = ["Rahasia"] * n_secret + ["Tidak tahu"] * n_unknown + [""] * n_blank
    return ce.read_survey(pd.DataFrame({"vote": [*cells, *["A"] * 40]}), schema)


def test_small_counts_of_answers_aside_are_hidden_with_another_one():
    quality = ce.check_quality(aside_survey(3, 9))
    assert [(row.n, row.is_suppressed) for row in quality.asides] == [(None, True)] * 2
    assert "[c]" in ce.Report([quality]).to(".md").decode()


def test_a_small_total_aside_hides_the_blank_cells_too():
    (row,) = ce.check_quality(aside_survey(3, 0, 6)).questions
    assert (row.aside, row.blank, row.is_suppressed) == (None, None, True)
    (row,) = ce.check_quality(aside_survey(3, 0, 6), min_cell=1).questions
    assert (row.aside, row.blank, row.is_suppressed) == (3, 6, False)


def test_large_counts_aside_are_shown():
    assert [row.n for row in ce.check_quality(aside_survey(8, 9)).asides] == [8, 9]


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_report_says_rule_and_source_of_every_flag(honest, language):
    quality = ce.check_quality(ce.read_survey(honest, form()))
    text = ce.Report([quality], language=language).to(".md").decode()
    for words in ("Kuriakose", "Greszki", "Curran", "Johnson", "Meade", "27/2022", "Storozuk"):
        assert words in text
    cutoffs = json.dumps(quality.tidy("flag_counts").to_dict("records"), default=str)
    assert "https://doi.org/10.3233/SJI-160978" in cutoffs
