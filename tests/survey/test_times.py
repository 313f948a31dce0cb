"""Time stamps are read in the form of every export."""

import pandas as pd
import pytest

import campaign_effect as ce
from campaign_effect.schema.model import Schema
from campaign_effect.survey.times import read_moments

MOMENT = pd.Timestamp("2024-11-12 09:05:33")
FORMS = {
    "Google Forms, Indonesian": "12/11/2024 9.05.33",
    "Google Forms, csv": "2024/11/12 9:05:33 AM GMT+7",
    "Kobo": "2024-11-12T09:05:33.000+07:00",
    "Qualtrics": "2024-11-12 09:05:33",
    "dots": "12.11.2024 09.05.33",
    "short year": "12/11/24 9:05:33",
    "month's name": "12 November 2024 09.05.33 WIB",
    "with blanks": "  12/11/2024  09:05:33 ",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_moment_is_read_in_every_form(form):
    assert read_moments(pd.Series([FORMS[form]])).tolist() == [MOMENT]


@pytest.mark.parametrize(
    ("cells", "month", "day"),
    [
        (["11/12/2024", "11/13/2024"], 11, 12),
        (["11/12/2024", "13/12/2024"], 12, 11),
        (["11/12/2024"], 12, 11),
        (["12 Agu 2024"], 8, 12),
    ],
)
def test_the_month_comes_first_only_where_the_column_says_so(cells, month, day):
    assert read_moments(pd.Series(cells))[0] == pd.Timestamp(2024, month, day)


def test_halves_of_the_day_and_seconds_are_kept():
    cells = ["1/2/2024 12:00:01 AM", "1/2/2024 12:00 PM", "1/2/2024 1:30:15.5 p.m."]
    seconds = (read_moments(pd.Series(cells)) - pd.Timestamp(2024, 2, 1)).dt.total_seconds()
    assert seconds.tolist() == [1.0, 43_200.0, 48_615.5]


def test_a_clock_alone_is_a_time_of_one_day():
    found = read_moments(pd.Series(["9.05.33", "10:00"]))
    assert (found[1] - found[0]).total_seconds() == 54 * 60 + 27


@pytest.mark.parametrize(
    "cell", ["", "-", "kemarin", "99/99/2024 1:00:00", "25.00.00", "12", "0812-345-678"]
)
def test_what_is_no_moment_is_absent(cell):
    assert read_moments(pd.Series([cell])).isna().all()


def test_moments_of_a_data_frame_stay_what_they_are():
    assert read_moments(pd.Series([MOMENT, pd.NaT])).tolist()[0] == MOMENT


def survey(roles, **columns):
    variables = [{"name": "x", "column": "x", "type": "number"}]
    schema = Schema.model_validate({"name": "s", "variables": variables, "roles": roles})
    return ce.read_survey(pd.DataFrame({"x": [1, 2], **columns}), schema)


def test_a_survey_keeps_the_times_its_schema_names():
    roles = {"started": ["start"], "submitted": ["end", "_submission_time"]}
    found = survey(roles, start=["2024-11-12 09:00:00", ""], _submission_time=[str(MOMENT)] * 2)
    assert found.times["submitted"].tolist() == [MOMENT, MOMENT]
    assert found.times["started"].isna().tolist() == [False, True]
    assert "start" not in found.answers
    assert found.without(pd.Index([0]), reason="test").times.index.tolist() == [1]


def test_unread_times_and_a_guessed_order_are_said():
    found = survey({"submitted": "t"}, t=["11/12/2024 9.05", "kemarin"])
    said = [(notice.code, dict(notice.facts)) for notice in found.notices]
    assert said == [("unread_times", {"column": "t", "n": 1}), ("day_first", {"column": "t"})]


NINE = pd.Timestamp("2024-11-12 09:00:00")


@pytest.mark.parametrize(
    "zone",
    ["+07:00", "+0700", "+07", " GMT+7", " UTC+07:00", " WIB", " gmt +7"],
)
def test_every_way_to_name_a_zone_is_the_same_moment(zone):
    cells = [f"2024-11-12 09:00:00{zone}"] * 2 + ["2024-11-12 02:00:00Z"]
    assert read_moments(pd.Series(cells)).tolist() == [NINE] * 3


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2024-11-12 10:00:00 WITA", NINE),
        ("2024-11-12 11:00:00 WIT", NINE),
        ("2024-11-11 23:30:00-02:30", NINE),
        ("2024-11-12 02:00:00 UTC", NINE),
        ("2024-11-12 09:00:00", NINE),
    ],
)
def test_moments_of_other_zones_are_put_on_the_commonest_clock(cell, moment):
    assert read_moments(pd.Series(["2024-11-12 08:00:00 WIB"] * 2 + [cell]))[2] == moment


def test_a_time_of_a_zone_and_one_of_the_server_are_compared_rightly():
    frame = pd.DataFrame(
        {
            "start": ["2024-11-12T09:00:00.000+07:00", "2024-11-12T10:00:00.000+08:00"],
            "_submission_time": ["2024-11-12T02:10:00", "2024-11-12T02:05:00"],
            "_uuid": ["u-1", "u-2"],
            "x": ["1", "2"],
        }
    )
    variables = [{"name": "x", "column": "x", "type": "number"}]
    schema = Schema.model_validate({"name": "s", "variables": variables})
    found = ce.read_survey(frame, schema)
    taken = (found.times["submitted"] - found.times["started"]).dt.total_seconds()
    assert taken.tolist() == [600.0, 300.0]
    assert not [notice for notice in found.notices if notice.code == "zone_assumed"]


def test_times_without_a_zone_among_others_are_said():
    found = survey(
        {"started": "a", "submitted": "b"},
        a=["2024-11-12 09:00+08:00", ""],
        b=["2024-11-12 09:30", "2024-11-12 09:40"],
    )
    facts = [dict(one.facts) for one in found.notices if one.code == "zone_assumed"]
    assert facts == [{"n": 2, "zone": "UTC+8"}]


def test_zones_of_a_data_frame_are_kept():
    moments = pd.to_datetime(["2024-11-12 09:00", "2024-11-12 10:00"]).tz_localize(
        "Asia/Jakarta"
    )
    found = survey({"started": "a", "submitted": "b"}, a=moments, b=moments.tz_convert("UTC"))
    assert (found.times["submitted"] == found.times["started"]).all()
    assert read_moments(pd.Series(moments)).tolist()[0] == NINE


def test_a_survey_without_times_has_none():
    assert survey({}).times is None
