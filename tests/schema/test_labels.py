"""Labels are resolved by the whole set of them, never one by one."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_effect.errors import SchemaError
from campaign_effect.schema.labels import (
    _worded,
    aside_point,
    aside_points,
    default_scale,
    default_scales,
    label_codes,
    normalise,
    resolve_block,
)
from campaign_effect.schema.model import Point, Scale

FACTS = Path(__file__).parents[3] / "shared" / "design" / "likert_labels_id.json"
SOMEWHAT = [
    "Strongly agree",
    "Agree",
    "Somewhat agree",
    "Neither agree nor disagree",
    "Somewhat disagree",
    "Disagree",
    "Strongly disagree",
]
INFLUENCE = [f"{word} berpengaruh" for word in ("Tidak", "Kurang", "Cukup", "Sangat")]
SLIGHTLY = [label.replace("Somewhat", "Slightly") for label in SOMEWHAT]


@pytest.mark.parametrize(
    "label",
    [
        "Sangat Setuju",
        "SANGAT SETUJU",
        " sangat\u00a0 setuju\t",
        "5 = Sangat setuju",
        "5=Sangat setuju",
        "(5) sangat setuju",
        "5. Sangat Setuju",
        "5) Sangat Setuju",
        "5 - Sangat setuju",
        "5 (Sangat setuju)",
        "e. Sangat setuju",
        "Sangat setuju (SS)",
        "Sangat setuju.",
        "\ufeffSangat\u200b setuju",
    ],
)
def test_wordings_of_one_answer_are_equal(label):
    assert normalise(label) == "sangat setuju"


@pytest.mark.parametrize("label", ["5", "10", "3-5 jam", "1.500.000", "17-21 tahun", "2 kali"])
def test_a_number_that_is_the_answer_stays(label):
    assert normalise(label) == label


@pytest.mark.parametrize("dash", ["-", " - ", "\u2013", "\u2014", "\u2010", "\u2212"])
def test_dashes_make_no_difference(dash):
    assert normalise(f"ragu{dash}ragu") == "ragu-ragu"


@given(st.text(max_size=20))
def test_normal_text_stays_as_it_is(label):
    once = normalise(normalise(label))
    assert normalise(once) == once or len(normalise(once)) < len(once)


@pytest.mark.parametrize(
    ("labels", "name", "is_guess"),
    [
        (["STS", "TS", "N", "S", "SS"], "agree5_netral", False),
        (["Sangat setuju", "ragu-ragu ", "Tidak Setuju"], "agree5_ragu", False),
        (["TS", "KS", "S", "SS"], "agree4_kurang", True),
        (["STS", "TS", "KS", "S", "SS"], "agree5_kurang_mid", False),
        (["STS", "TS", "S", "SS"], "agree4_forced", True),
        (["Tidak pernah", "Jarang", "Kadang-kadang", "Sering", "Selalu"], "freq5", True),
        (["Tidak pernah", "Jarang", "Sering", "Selalu"], "freq4", True),
        (INFLUENCE, "influence4", True),
        (SOMEWHAT, "agree7_en", False),
        (SLIGHTLY, "agree7_en", False),
        (SOMEWHAT + SLIGHTLY, "agree7_en", False),
        (["Strongly agree", "Agree", "Neutral", "Disagree", "SD"], "agree5_en", False),
        (["Never", "Rarely", "Sometimes", "Often", "Always"], "freq5_en", True),
        (["1", "2", "3", "4", "5"], "points_1_5", True),
        ([str(code) for code in range(11)], "points_0_10", False),
        (["1 = STS", "2", "Netral", "5 = SS"], "agree5_netral", False),
    ],
)  # fmt: skip
def test_a_block_gets_the_scale_that_its_labels_tell(labels, name, is_guess):
    found = resolve_block(labels)
    assert (found.scale.name, found.is_guess) == (name, is_guess)
    assert found.reason == ("all_seen" if is_guess else "only")


def worded(language, less, more, *parts):
    """Write the answers between two words: ``-`` stands for the less, ``+`` for the more."""
    return [part.replace("-", less).replace("+", more) for part in parts]


DIFFERENTIALS = {
    "likely7_en": worded("en", "unlikely", "likely", "very -", "-", "somewhat -",
                         "neither - nor +", "somewhat +", "+", "very +"),
    "likely7_extreme_en": worded("en", "unlikely", "likely", "extremely -", "moderately -",
                                 "slightly -", "neither + nor -", "slightly +",
                                 "moderately +", "extremely +"),
    "likely5_extreme_en": worded("en", "unlikely", "likely", "extremely -", "somewhat -",
                                 "neither", "somewhat +", "extremely +"),
    "likely4_somewhat_en": worded("en", "unlikely", "likely", "very -", "somewhat -",
                                  "somewhat +", "very +"),
    "satisfied5_somewhat_en": worded("en", "dissatisfied", "satisfied", "very -", "fairly -",
                                     "neutral", "fairly +", "very +"),
    "satisfaction7_en": worded("en", "dissatisfied", "satisfied", "very -", "-", "somewhat -",
                               "neither - nor +", "somewhat +", "+", "very +"),
    "important5_unipolar_en": worded("en", "", "important", "not at all +", "slightly +",
                                     "moderately +", "very +", "extremely +"),
    "satisfied7_extreme_en": worded("en", "dissatisfied", "satisfied", "completely -",
                                    "mostly -", "somewhat -", "neither - nor +",
                                    "somewhat +", "mostly +", "completely +"),
    "good7_en": worded("en", "bad", "good", "Very -", "-", "Slightly -", "Neutral",
                       "Slightly +", "+", "Very +"),
    "strong7_extreme_en": worded("en", "weak", "strong", "extremely -", "quite -",
                                 "slightly -", "neither", "slightly +", "quite +",
                                 "extremely +"),
    "important7": worded("id", "tidak penting", "penting", "sangat -", "-", "agak -",
                         "netral", "agak +", "+", "sangat +"),
    "satisfied6": worded("id", "tidak puas", "puas", "sangat -", "-", "agak -", "agak +",
                         "+", "sangat +"),
    "trusting5_graded": worded("id", "tidak percaya", "percaya", "-", "kurang +", "cukup +",
                               "+", "sangat +"),
    "positive5": worded("id", "negatif", "positif", "Sangat -", "-", "Netral", "+",
                        "Sangat +"),
    "confident4_kurang": worded("id", "tidak yakin", "yakin", "-", "kurang +", "+", "sangat +"),
    "active7": worded("id", "pasif", "aktif", "sangat -", "-", "agak -", "biasa saja",
                      "agak +", "+", "sangat +"),
    "agree7": worded("id", "tidak setuju", "setuju", "sangat -", "-", "agak -", "netral",
                     "agak +", "+", "sangat +"),
    "agree6": worded("id", "tidak setuju", "setuju", "sangat -", "-", "agak -", "agak +",
                     "+", "sangat +"),
    "agree7_totally_en": ["Completely disagree", "Mostly disagree", "Slightly disagree",
                          "Neutral", "Slightly agree", "Mostly agree", "Completely agree"],
    "freq4_kadang": ["Tidak pernah", "Kadang-kadang", "Sering", "Selalu"],
    "freq7": ["Tidak pernah", "Sangat jarang", "Jarang", "Kadang-kadang", "Sering",
              "Sangat sering", "Selalu"],
    "like5": ["Sangat tidak suka", "Tidak suka", "Biasa saja", "Suka", "Sangat suka"],
    "quality5_en": ["Very poor", "Poor", "Fair", "Good", "Very good"],
    "amount5_en": ["Not at all", "A little", "Somewhat", "A lot", "A great deal"],
}  # fmt: skip
"""Answers from the lowest to the highest, by the scale they are of."""


@pytest.mark.parametrize("name", DIFFERENTIALS)
def test_words_between_two_poles_get_their_scale_and_codes(name):
    labels = DIFFERENTIALS[name]
    scale = resolve_block(labels[::-1]).scale
    assert scale.name == name
    codes = label_codes(scale)
    assert [codes[normalise(label)] for label in labels] == list(range(1, len(labels) + 1))


@pytest.mark.parametrize("form", ["{} - {}", "{} = {}", "({}) {}", "{}. {}", "{} ({})"])
@pytest.mark.parametrize(("low", "high"), [("Buruk", "Baik"), ("Dingin", "Hangat")])
def test_numbers_between_two_words_are_the_codes(form, low, high):
    labels = [form.format(1, low), *map(str, range(2, 7)), form.format(7, high)]
    scale = resolve_block(labels).scale
    assert (scale.low, scale.high) == (1, 7)
    codes = label_codes(scale)
    assert [codes[normalise(label)] for label in labels] == list(range(1, 8))


def test_numbers_without_both_anchors_are_a_question():
    assert resolve_block(["2", "3", "4", "7 - Hangat"]).scale is None


def test_numbers_that_only_list_the_answers_are_no_codes():
    labels = ["1. Sangat setuju", "2. Setuju", "3. Ragu-ragu", "4. Tidak setuju",
              "5. Sangat tidak setuju"]  # fmt: skip
    scale = resolve_block(labels).scale
    assert label_codes(scale)["sangat setuju"] == 5


def test_no_two_sets_of_words_are_the_same():
    sets = [(one.scale.name, frozenset(one.words.items())) for one in _worded()]
    assert len({name for name, _ in sets}) == len({words for _, words in sets}) == len(sets)


@pytest.mark.parametrize(
    ("labels", "name"),
    [
        (["Disagree", "Neutral", "Agree", "Strongly agree"], "agree5_en"),
        (["Tidak setuju", "Netral", "Setuju", "Sangat setuju"], "agree5_netral"),
    ],
)
def test_the_shortest_scale_is_guessed_where_others_lack_two_more_answers(labels, name):
    found = resolve_block(labels)
    assert (found.scale.name, found.is_guess, found.reason) == (name, True, "shortest")


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        (["ragu-ragu ", "Kurang Setuju", "Setuju"], "none"),
        (["Setuju", "Sangat setuju"], "tie"),
        (["1", "3", "5"], "tie"),
        (["", " "], "nothing_seen"),
        (["Rahasia"], "nothing_seen"),
    ],
)
def test_a_block_that_its_labels_do_not_decide_gets_none(labels, reason):
    found = resolve_block(labels)
    assert (found.scale, found.reason) == (None, reason)


def test_a_label_that_no_scale_holds_is_named_as_it_was_seen():
    found = resolve_block(["Setuju", "Setuju banget"])
    assert (found.reason, found.unknown) == ("none", ("Setuju banget",))


def test_answers_aside_do_not_hinder_and_are_added_to_the_scale():
    found = resolve_block(["STS", "TS", "N", "S", "SS", "Tidak tahu", "TT", "Rahasia"])
    assert [point.code for point in found.scale.aside] == ["dont_know", "refused"]


def test_an_answer_of_the_scale_is_not_put_aside():
    labels = ["Strongly disagree", "Disagree", "Undecided", "Agree", "Strongly agree"]
    found = resolve_block(labels)
    assert (found.scale.name, found.scale.aside) == ("agree5_en", ())


def test_the_scales_of_a_schema_are_chosen_from_by_any_of_their_wordings():
    scales = (default_scale("agree5_netral"), default_scale("freq5"))
    assert resolve_block(["Neutral", "4"], scales).scale == scales[0]
    assert resolve_block(["Golput"], scales).unknown == ("Golput",)


def test_every_default_scale_is_worded_in_both_languages_and_unambiguous():
    for scale in default_scales():
        assert label_codes(scale)
        if not scale.name.startswith("points_"):
            assert all(point.text.en and point.text.id for point in scale.points)
    assert all(point.text.en and point.text.id for point in aside_points())


def test_every_set_of_the_sources_has_its_codes():
    if not FACTS.exists():
        pytest.skip("the label sources are not here")
    facts = json.loads(FACTS.read_text(encoding="utf-8"))
    sets = {
        name: part for name, part in facts.items() if isinstance(part, dict) and "codes" in part
    }
    for name, part in sets.items():
        codes = label_codes(default_scale(name))
        for label, code in (part["codes"] | part.get("abbr", {})).items():
            assert codes[normalise(label)] == code, (name, label)
    for label in (*facts["nonsubstantive"], *facts["vote_outcome_special"]):
        assert aside_point(label), label


def test_a_wording_for_two_answers_is_refused():
    scale = Scale(name="s", points=(Point(code=1, text="Ya"), Point(code=2, accepts=("YA ",))))
    with pytest.raises(SchemaError, match="'ya' stands for two answers"):
        label_codes(scale)


def test_a_semantic_differential_is_told_by_its_negative_codes():
    found = resolve_block(["-3", "-2", "-1", "0", "+1", "2", "3"])
    assert (found.scale.name, found.is_guess) == ("differential7", False)
    assert (found.scale.low, found.scale.high) == (-3, 3)
    assert "points_0_10" in resolve_block(["0", "1", "2"]).candidates
