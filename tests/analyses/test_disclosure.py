"""What a report says of how its survey was made."""

import pandas as pd
import pytest

import campaign_effect as ce


@pytest.fixture(scope="module")
def elements(village_survey):
    return {
        row.element.split(".")[1]: row for row in ce.disclose_study(village_survey).elements
    }


def test_what_the_schema_states_is_said_in_the_language(village_survey, elements):
    assert elements["population"].stated == "study.population"
    found = ce.disclose_study(village_survey)
    texts = {lang: ce.Report([found], lang).to(".txt").decode() for lang in ("en", "id")}
    assert "Voters of twelve invented villages" in texts["en"]
    assert "Pemilih di dua belas desa rekaan" in texts["id"]
    assert "Tidak dinyatakan" in texts["id"]


def test_the_data_show_what_they_can(village_survey, elements):
    facts = dict(ce.disclose_study(village_survey).facts)
    assert (facts["read"], facts["questions"], facts["scales"]) == (428, 23, 3)
    assert facts["first"] <= facts["last"]
    assert elements["dates"].shown == "disclosed.dates"
    assert elements["weighting"].shown == "disclosed.unweighted"


def test_the_rest_is_not_stated(elements):
    silent = {name for name, row in elements.items() if not (row.stated or row.shown)}
    assert silent == {"sponsor", "conductor", "recruitment", "mode"}


def test_a_table_without_a_schema_states_nothing():
    survey = ce.read_survey(pd.DataFrame({"a": [1, 2], "b": [2, 1]}))
    found = ce.disclose_study(survey)
    assert not any(row.stated for row in found.elements)
    assert dict(found.facts)["questions"] == 2
