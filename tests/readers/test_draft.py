"""A draft guesses what headers and cells tell, marks every guess, and reads right away."""

import re

import numpy as np
import pandas as pd
import pyreadstat
import pytest

import campaign_effect as ce
from campaign_effect.readers import read_table
from campaign_effect.readers.draft import draft_as_yaml, draft_schema, write_draft
from campaign_effect.readers.drafting.words import Names, platform_of
from campaign_effect.schema.files import parse_schema, read_schema
from campaign_effect.schema.labels import default_scale

N = 200
AGREE = np.array(["Sangat tidak setuju", "Tidak setuju", "Netral", "Setuju", "Sangat setuju"])
FREQUENCY = np.array(["Tidak pernah", "Jarang", "Kadang-kadang", "Sering", "Selalu"])


def answers(seed, keys, labels=AGREE, noise=0.6):
    """Answers to items that share one factor, turned where the key is negative."""
    rng = np.random.default_rng(seed)
    factor = rng.normal(size=N)
    rows = [key * factor + noise * rng.normal(size=N) for key in keys]
    return [labels[np.clip(np.round(row + 2), 0, 4).astype(int)].tolist() for row in rows]


def block(headers, seed=1, keys=None, **options):
    return dict(zip(headers, answers(seed, keys or [1] * len(headers), **options), strict=True))


def draft(columns):
    return draft_schema(read_table(pd.DataFrame(columns)))


def guess(found, path):
    return next(one for one in found.guesses if one.path == path)


def grid(stem, rows, **options):
    return block([f"{stem} [{row}]" for row in rows], **options)


def test_a_grid_is_a_construct_for_sure():
    found = draft(grid("Pernyataan kampanye", ["Jelas", "Benar", "Berguna"]))
    (construct,) = found.schema.constructs
    assert (construct.name, construct.scale) == ("kampanye", "agree5_netral")
    assert [item.text.say("id") for item in construct.items] == ["Jelas", "Benar", "Berguna"]
    assert guess(found, "constructs[0]").sure == "sure"


@pytest.mark.parametrize("names", [("X1.1", "X1.2"), ("X1_1", "X1_2"), ("PK_1_1", "PK_1_2")])
def test_a_common_prefix_is_likely_a_construct(names):
    found = draft(block(names))
    (construct,) = found.schema.constructs
    assert [item.column for item in construct.items] == [(name,) for name in names]
    assert guess(found, "constructs[0]").sure == "likely"


def test_neighbours_with_equal_answers_may_be_a_construct():
    found = draft(block(["Calon jujur", "Calon mampu", "Calon peduli"]))
    assert len(found.schema.constructs[0].items) == 3
    assert guess(found, "constructs[0]").sure == "unsure"


def test_two_prefixes_are_two_constructs():
    found = draft(block(["X1.1", "X1.2"]) | block(["X2.1", "X2.2"], labels=FREQUENCY))
    scales = [construct.scale for construct in found.schema.constructs]
    assert scales == ["agree5_netral", "freq5"]


def test_a_negative_correlation_with_denying_words_is_likely_reversed():
    rows = ["Saya percaya", "Saya TIDAK percaya", "Pesan benar", "Pesan berguna"]
    found = draft(grid("Pesan", rows, keys=[1, -1, 1, 1]))
    assert [i.is_reversed for i in found.schema.items] == [False, True, False, False]
    assert guess(found, "constructs[0].items[1].reversed").sure == "likely"


def test_a_negative_correlation_alone_is_unsure():
    rows = ["Percaya", "Curiga", "Yakin", "Setia"]
    found = draft(grid("Pesan", rows, keys=[1, -1, 1, 1]))
    assert guess(found, "constructs[0].items[1].reversed").sure == "unsure"


def test_half_reversed_items_are_those_that_deny():
    rows = ["Tidak benar", "Benar", "Tidak jelas", "Jelas"]
    found = draft(grid("Pesan", rows, keys=[-1, 1, -1, 1]))
    assert [i.is_reversed for i in found.schema.items] == [True, False, True, False]


def test_denying_words_against_the_correlation_are_a_question():
    found = draft(grid("Pesan", ["Jelas", "Tidak rumit", "Benar"]))
    assert not any(item.is_reversed for item in found.schema.items)
    (doubt,) = [one for one in found.questions if one.path]
    assert doubt.path == "constructs[0].items[1]"


def test_a_block_that_no_scale_holds_is_left_out_with_a_question(shared):
    found = draft_schema(read_table(shared("fixtures/google_forms_id.csv")))
    assert found.schema.constructs == ()
    left_out = dict(found.notices[1].facts)
    assert found.notices[1].code == "block_left_out"
    assert {"ragu-ragu", "Kurang Setuju"} <= set(left_out["labels"])
    assert any("Kurang Setuju" in question.text for question in found.questions)
    text = draft_as_yaml(found)
    assert "event: [calon_1]" in text
    assert not any(secret in text for secret in ("b@x.id", "3456", "081234567890"))


@pytest.mark.parametrize(
    ("header", "platform"),
    [
        ("Seberapa sering melihat kampanye di WhatsApp?", "whatsapp"),
        ("Pesan kampanye lewat WA", "whatsapp"),
        ("FB per hari", "facebook"),
        ("Instagram", "instagram"),
        ("Tik Tok", "tiktok"),
        ("Hours on YouTube", "youtube"),
        ("X/Twitter", "x"),
        ("Grup Telegram", "telegram"),
    ],
)
def test_a_platform_is_an_exposure(header, platform):
    found = draft(block([header], labels=FREQUENCY))
    (exposure,) = found.schema.roles.exposures
    assert exposure.platform == platform
    assert found.schema.variable(exposure.variable).scale == "freq5"


def test_a_grid_of_platforms_is_one_exposure_each():
    found = draft(grid("Seberapa sering", ["WhatsApp", "Facebook", "TikTok"], labels=FREQUENCY))
    assert found.schema.constructs == ()
    assert len(found.schema.roles.exposures) == 3


def test_wajib_is_not_whatsapp():
    assert platform_of("wajib memilih") is None


def test_a_vote_is_offered_as_outcome_but_never_chosen(tmp_path):
    votes = ["Calon 1", "Calon 2", "Golput", "Rahasia"] * (N // 4)
    found = draft({"Anda memilih siapa?": votes})
    assert found.schema.roles.outcomes == ()
    (name,) = found.outcomes
    scale = found.schema.scale(found.schema.variable(name).scale)
    assert [point.code for point in scale.points] == ["calon_1", "calon_2"]
    assert [point.code for point in scale.aside] == ["did_not_vote", "refused"]
    assert found.notices[-1].code == "no_outcome"
    text = write_draft(found, tmp_path / "a.draft.yaml").read_text(encoding="utf-8")
    schema = parse_schema(without_marks(text).replace("the_exposure", name))
    (outcome,) = schema.roles.outcomes
    assert (outcome.variable, outcome.event) == (name, ("calon_1",))
    assert schema.roles.exposures[0].platform == "whatsapp"


def test_the_usual_variables_are_found_with_their_roles():
    rng = np.random.default_rng(3)
    found = draft(
        {
            "Cap waktu": [f"12/11/2024 9.{i % 60:02d}.33" for i in range(N)],
            "Nama lengkap": [f"Siti {chr(65 + i % 26)}{chr(97 + i // 26)}" for i in range(N)],
            "Nomor WhatsApp": [f"0812345{i:05d}" for i in range(N)],
            "Desa": [f"Desa {chr(65 + i % 12)}" for i in range(N)],
            "Usia": rng.integers(17, 80, N).astype(str),
            "Jenis kelamin": rng.choice(["Laki-laki", "Perempuan"], N),
            "Persetujuan": ["Ya"] * N,
        }
    )
    roles = found.schema.roles
    assert (roles.personal, roles.identity) == (("Nama lengkap",), ("Nomor WhatsApp",))
    assert (roles.submitted, roles.ignore) == (("Cap waktu",), ("Persetujuan",))
    assert roles.age == "usia"
    assert (roles.cluster, roles.group) == ("desa", "jenis_kelamin")
    assert roles.controls == ("usia", "jenis_kelamin")
    types = {variable.name: variable.type for variable in found.schema.variables}
    assert types == {"desa": "category", "usia": "number", "jenis_kelamin": "category"}


def test_cells_that_mean_no_answer_are_guessed():
    columns = block(["X1.1", "X1.2"])
    columns["X1.1"][:3] = ["NA", "-", "#N/A"]
    found = draft(columns)
    assert found.schema.missing == ("NA", "#N/A", "-")
    assert found.schema.constructs[0].scale == "agree5_netral"
    assert guess(found, "missing").sure == "likely"


def test_value_labels_of_a_statistics_file_are_the_scale(shared):
    found = draft_schema(read_table(shared("fixtures/survey.sav")))
    (construct,) = found.schema.constructs
    scale = found.schema.scale(construct.scale)
    assert [point.code for point in scale.points] == [1, 2, 3, 4, 5]
    assert [point.code for point in scale.aside] == [9, 99]
    assert [item.column for item in construct.items] == [("x1",), ("x2",)]
    vote = found.schema.scale(found.schema.variable(found.outcomes[0]).scale)
    assert [point.code for point in vote.points] == ["calon_a", "calon_b"]


@pytest.mark.parametrize(
    "name",
    [
        "fixtures/google_forms_id.csv",
        "fixtures/survey.sav",
        "fixtures/kobo_xml_headers.csv",
        "fixtures/qualtrics.csv",
        "fixtures/excel_id_cp1252.csv",
        "data/imprints/main_data.csv",
    ],
)
def test_every_draft_is_read_right_away(shared, tmp_path, name):
    found = draft_schema(read_table(shared(name)))
    path = write_draft(found, tmp_path / "a.draft.yaml")
    assert read_schema(path) == found.schema
    text = path.read_text(encoding="utf-8")
    assert text.count("# GUESS (") == len(found.guesses)
    assert text.count("# QUESTION: ") == len(found.questions) + 1


def test_the_real_export_gets_its_blocks(shared):
    found = draft_schema(read_table(shared("data/imprints/main_data.csv")))
    scales = {construct.name: construct.scale for construct in found.schema.constructs}
    assert scales["pk_1"] == scales["epe"] == scales["general_confidence"] == "agree7_en"
    assert "Q98_First.Click" in found.schema.roles.ignore
    assert "age" in found.schema.roles.controls


def test_a_scale_is_shared_by_the_blocks_that_use_it():
    found = draft(block(["X1.1", "X1.2"]) | block(["X2.1", "X2.2"], seed=2))
    assert found.schema.scales == (default_scale("agree5_netral"),)


def test_names_are_never_given_twice():
    names = Names()
    given = [names.of(header) for header in ("X", "x", "X_2", "x!", "", "É")]
    assert len(set(given)) == len(given)


def test_wordings_of_one_answer_are_one_code():
    found = draft({"Memilih siapa?": ["Calon 1", "calon 1", "CALON 2", "Calon 2 "] * 5})
    scale = found.schema.scale("vote")
    assert [point.code for point in scale.points] == ["calon_2", "calon_1"]


def test_a_vote_with_one_answer_only_is_no_outcome():
    found = draft({"Memilih siapa?": ["Golput", "Tidak memilih"] * 5})
    assert found.outcomes == ()
    assert [notice.code for notice in found.notices] == ["draft_schema"]


def test_answers_aside_of_a_category_stay_apart():
    found = draft({"Dekat dengan partai?": ["Ya", "Tidak", "Tidak menjawab"] * 9})
    (scale,) = found.schema.scales
    assert [point.code for point in scale.points] == ["tidak", "ya"]
    assert [point.code for point in scale.aside] == ["no_answer"]


def options(found, name="sumber"):
    variable = found.schema.variable(name)
    assert variable.is_choices
    return {point.code: point.wordings() for point in found.schema.scale(variable.scale).points}


def test_ticks_in_a_cell_are_choices_and_platforms_exposures(shared):
    cells = ["WhatsApp;Facebook", "WhatsApp", "WhatsApp;Tatap muka, rumah ke rumah"] * 9
    found = draft({"Sumber": [*cells, "WhatsApp;Pak Budi 0812"]})
    assert list(options(found)) == [
        "facebook",
        "tatap_muka_rumah_ke_rumah",
        "whatsapp",
        "other",
    ]
    roles = found.schema.roles.exposures
    assert [one.variable for one in roles] == ["sumber_facebook", "sumber_whatsapp"]
    assert "Budi" not in draft_as_yaml(found)


def test_a_comma_inside_an_option_is_told_by_its_small_letter():
    asked = "Sumber (pilih semua yang sesuai)"
    found = draft({asked: ["WhatsApp, Tatap muka, rumah ke rumah", "WhatsApp", "TikTok"] * 5})
    (variable,) = found.schema.variables
    assert list(options(found, variable.name)) == [
        "tatap_muka_rumah_ke_rumah", "tiktok", "whatsapp",
    ]  # fmt: skip


def test_kobo_columns_of_ticks_are_one_question(shared):
    table = read_table(shared("fixtures/kobo_xml_headers.csv"))
    found = draft_schema(table)
    assert list(options(found)) == ["whatsapp", "facebook"]
    assert found.schema.variable("sumber").column == ("grp_media/sumber",)
    platforms = [one.platform for one in found.schema.roles.exposures]
    assert platforms == ["whatsapp", "facebook"]
    assert found.schema.roles.started == ("start",)


def test_columns_of_zeros_and_ones_in_spss_are_one_question(tmp_path):
    frame = pd.DataFrame({"sumber_1": [1.0, 0, 1], "sumber_2": [0.0, 0, 1], "x": [1.0, 2, 3]})
    labels = ["Sumber: WhatsApp", "Sumber: Tatap muka", "Usia"]
    pyreadstat.write_sav(frame, str(tmp_path / "a.sav"), column_labels=labels)
    found = draft_schema(tmp_path / "a.sav")
    assert {code: list(words)[-1] for code, words in options(found).items()} == {
        "whatsapp": "1", "tatap_muka": "2",
    }  # fmt: skip
    survey = ce.read_survey(tmp_path / "a.sav", found.schema)
    assert survey.answers["sumber"].tolist() == [1, 0, 2]


def test_consent_and_weight_get_their_roles():
    found = draft({"Apakah bersedia ikut?": ["Ya", "Tidak"] * 9, "Bobot": ["1.5", "0.8"] * 9})
    assert found.schema.roles.consent.agreed == ("Ya",)
    assert found.schema.roles.weight == "bobot"


def test_a_draft_is_written_where_it_is_asked_for(tmp_path):
    columns = block(["X1.1", "X1.2"])
    found = draft_schema(pd.DataFrame(columns), tmp_path / "a.yaml")
    assert read_schema(tmp_path / "a.yaml") == found.schema


def test_a_semantic_differential_is_a_construct():
    labels = np.array(["-2", "-1", "0", "1", "2"])
    found = draft(block(["Baik 1", "Baik 2"], labels=labels))
    assert found.schema.constructs[0].scale == "differential5"


def without_marks(text):
    """Delete the # of the lines that a draft offers, as its reader would."""
    return re.sub(r"^( *)#(?=\S|  )", r"\1", text, flags=re.MULTILINE)


UNKNOWN = np.array(
    ["Tidak setuju", "Kurang setuju", "Ragu-ragu", "Setuju sih", "Sangat setuju"]
)


@pytest.mark.parametrize("others", [{}, block(["X1.1", "X1.2"]), {"Desa": ["A", "B"] * 100}])
def test_a_block_that_was_left_out_is_offered_in_order_to_be_taken_in(others):
    columns = others | grid("Pernyataan", ["Jelas", "Benar"], labels=UNKNOWN)
    frame = pd.DataFrame(columns | {"Pilihan": ["Calon 1", "Calon 2"] * 100})
    text = without_marks(draft_as_yaml(draft_schema(frame)))
    schema = parse_schema(text.replace("the_exposure", "pilihan"))
    assert schema.study.sponsor.say("en") == "…"
    construct = schema.constructs[-1]
    points = schema.scale(construct.scale).points
    assert [point.text.say("id") for point in points][:3] == UNKNOWN[:3].tolist()
    assert [item.column for item in construct.items] == [
        ("Pernyataan [Jelas]",), ("Pernyataan [Benar]",),
    ]  # fmt: skip
    assert schema.roles.outcomes[0].name == "chose_first"
    survey = ce.read_survey(frame, schema)
    assert survey.answers[construct.items[0].name].notna().all()


def test_a_block_of_words_and_numbers_is_left_out_without_an_offer():
    cells = ["Setuju", "1", "banget", "Tidak setuju"] * (N // 4)
    found = draft({"Q [a]": cells, "Q [b]": cells})
    assert found.left_out == ()
    assert any("2 columns are left out" in one.text for one in found.questions)
    assert parse_schema(draft_as_yaml(found)) == found.schema


def test_minors_are_flagged_from_a_draft():
    frame = pd.DataFrame(
        {"Usia": [str(17 + at % 50) for at in range(N)], **block(["X1", "X2"])}
    )
    survey = ce.read_survey(frame, draft_schema(frame).schema)
    counts = {row.reason: row.n for row in ce.check_quality(survey).flag_counts}
    assert counts["flag.under_18"] == N // 50
