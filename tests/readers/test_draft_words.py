"""Votes, places, platforms and scales by the words of headers and answers."""

import pandas as pd
import pytest

import campaign_effect as ce

N = 60
VERY_OFTEN = ["Never", "Rarely", "Sometimes", "Often", "Very often"]
CODED = ["tidak_pernah", "jarang", "kadang_kadang", "sering", "sangat_sering"]


def draft(columns):
    return ce.draft_schema(pd.DataFrame(columns))


def grid(rows, labels):
    """Give the columns of a grid whose answers differ from row to row."""
    return {
        row: [labels[(n + n // 5 * at) % len(labels)] for n in range(N)]
        for at, row in enumerate(rows)
    }


@pytest.mark.parametrize(
    "header",
    [
        "Siapa yang Anda pilih pada pemilihan kepala desa?",
        "Partai apa yang Anda pilih?",
        "Pilih satu calon:",
        "Pilihan Anda",
    ],
)
def test_a_vote_is_known_by_its_words(header):
    assert draft({header: ["A", "B"] * (N // 2)}).outcomes


def test_what_else_is_chosen_is_no_vote():
    assert draft({"Pilih salah satu warna": ["A", "B"] * (N // 2)}).outcomes == ()


def test_questions_in_english_get_their_roles():
    columns = {
        "Which village do you live in?": [f"Village {at % 9}" for at in range(N)],
        "How old are you?": [str(18 + at % 50) for at in range(N)],
        "What is your gender?": ["Male", "Female"] * (N // 2),
    }
    roles = draft(columns).schema.roles
    assert (roles.cluster, roles.age) == ("which_village_live_in", "old")
    assert (roles.controls, roles.group) == (("old", "what_gender"), "what_gender")


def test_a_statement_about_the_village_is_no_place():
    columns = {"Program untuk desa berjalan baik": ["Setuju", "Netral", "Tidak setuju"] * 20}
    assert draft(columns).schema.roles.cluster is None


def test_very_often_is_more_than_often():
    found = draft(grid(["How often? [WhatsApp]", "How often? [Facebook]"], VERY_OFTEN))
    assert [one.platform for one in found.schema.roles.exposures] == ["whatsapp", "facebook"]
    (scale,) = found.schema.scales
    assert [point.text.en for point in scale.points] == VERY_OFTEN


def test_choices_whose_names_have_underscores_are_known():
    votes = ["calon_1", "calon_2", "belum_menentukan", "rahasia"] * (N // 4)
    found = draft({**grid(["Media [a]", "Media [b]"], CODED), "pilihan": votes})
    vote = found.schema.scale("vote")
    assert [point.code for point in vote.aside] == ["undecided", "refused"]
    assert found.schema.constructs[0].scale == "freq5_sangat"


def test_ticks_joined_by_a_bare_comma_leave_commas_to_the_options():
    cells = ["Door to door, by day,Rally", "Rally,Banners", "Door to door, by day", "Banners"]
    (scale,) = draft({"Select all that apply": cells * (N // 4)}).schema.scales
    words = [point.text.en for point in scale.points]
    assert words == ["Banners", "Door to door, by day", "Rally"]
