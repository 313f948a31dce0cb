"""Schemas are read with errors that can be mended, and written so that they read back."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_effect.errors import OutputError, SchemaError, UsageError
from campaign_effect.schema.bundled import (
    bundled_example,
    bundled_schemas,
    data_folder,
    find_schema,
)
from campaign_effect.schema.files import json_schema, parse_schema, read_schema
from campaign_effect.schema.model import Schema
from campaign_effect.schema.writing import schema_as_yaml, write_schema

ROOT = Path(__file__).parents[2]

SCHEMA = """\
name: pilot
scales:
  - name: agree
    points: [{code: 1, text: {en: Disagree, id: Tidak setuju}}, {code: 2, text: Agree}]
constructs:
  - name: trust
    scale: agree
    items:
      - {name: t1, column: "Q [I trust, mostly]"}
      - name: t2
        column: [T2, t_2]
        reversed: true
variables:
  - {name: vote, column: Vote, scale: agree}
roles:
  outcomes: [{name: for_one, variable: vote, event: [1]}]
"""


def refused(old, new):
    assert old in SCHEMA
    with pytest.raises(SchemaError) as caught:
        parse_schema(SCHEMA.replace(old, new), file="pilot.yaml")
    return str(caught.value)


def test_a_schema_is_read_with_its_parts():
    schema = parse_schema(SCHEMA)
    first, second = schema.constructs[0].items
    assert first.column == ("Q [I trust, mostly]",)
    assert (second.is_reversed, second.column) == (True, ("T2", "t_2"))
    assert schema.scale("agree").points[0].text.say("id") == "Tidak setuju"


def test_an_unknown_key_is_named_with_line_path_and_nearest_word():
    message = refused("reversed: true", "revers: true")
    assert "pilot.yaml, line 12: constructs[0].items[1].revers" in message
    assert "did you mean 'reversed'?" in message


def test_a_wrong_word_is_named_with_the_allowed_ones():
    message = refused("scale: agree\n    items", "scale: agree\n    score: maen\n    items")
    assert "line 8: constructs[0].score must be one of ['mean', 'sum'], not 'maen'" in message
    assert "did you mean 'mean'?" in message


def test_a_wrong_type_is_named_once():
    message = refused("code: 2, text: Agree", "code: 1.5, text: Agree")
    assert "scales[0].points[1].code: a whole number or text is needed, not 1.5" in message
    assert message.count("line 4") == 1


def test_a_number_as_column_asks_for_quotes():
    message = refused("[T2, t_2]", "[T2, 3]")
    assert (
        "constructs[0].items[1].column[1]: text is needed; write it in quotes, not 3" in message
    )


def test_a_missing_key_is_named_at_its_part():
    assert "constructs[0].items[0].name: this key is needed" in refused("name: t1, ", "")


def test_a_contradiction_is_named_at_the_line_of_its_word():
    message = refused("variable: vote", "variable: voted")
    assert "line 16: roles.outcomes[0].variable" in message
    assert "did you mean 'vote'?" in message


def test_a_short_list_is_not_reported_beside_the_fault_that_made_it_short():
    message = refused("code: 2, text: Agree", "code: 2, txt: Agree")
    assert "at least 2" not in message


def test_a_key_given_twice_is_refused():
    assert 'line 2: duplicate key "name"' in refused("name: pilot", "name: pilot\nname: other")


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("", "has no keys"),
        ("- a", "has no keys"),
        ("name: [", "line 1: this is no YAML"),
        ("name: a\n  b: c: d", "line 2: this is no YAML"),
        ("name: &a x\ntitle: *a", "line 2: anchors are not used"),
        ("name: !!python/object:os.system x", "no YAML|needed"),
        ("name: " + "[" * 5000, "lie too deep"),
        ("name: a\x00b", "no YAML"),
    ],
)
def test_text_that_is_no_schema_is_refused(text, match):
    with pytest.raises(SchemaError, match=match):
        parse_schema(text)


def test_yaml_is_version_1_2_so_no_is_a_word():
    assert parse_schema("name: no\nmissing: [no, off]").missing == ("no", "off")


@pytest.mark.parametrize(
    ("content", "match"),
    [(b"name: \xff", "not UTF-8"), (b"#" * 10_000_001, "too large")],
)
def test_a_file_that_is_no_schema_is_refused(tmp_path, content, match):
    path = tmp_path / "survey.yaml"
    path.write_bytes(content)
    with pytest.raises(SchemaError, match=match):
        read_schema(path)


def test_a_bundled_schema_is_found_by_name(monkeypatch, tmp_path):
    (tmp_path / "pilkades.yaml").write_text("name: pilkades")
    monkeypatch.setattr("campaign_effect.schema.bundled.data_folder", lambda _: tmp_path)
    assert list(bundled_schemas()) == ["pilkades"]
    assert read_schema("pilkades").name == "pilkades"
    with pytest.raises(UsageError, match="did you mean 'pilkades'"):
        find_schema("pilkade")


def test_a_folder_is_no_schema(tmp_path):
    with pytest.raises(SchemaError, match="is a folder"):
        find_schema(tmp_path)


def test_an_example_is_found_only_inside_its_folder():
    with pytest.raises(UsageError, match="no bundled example"):
        bundled_example("../schemas/questionnaire.schema.json")


def test_every_bundled_schema_is_read():
    for path in bundled_schemas().values():
        assert read_schema(path).name


def test_the_json_schema_beside_the_schemas_is_true():
    written = data_folder("schemas") / "questionnaire.schema.json"
    assert written.read_text(encoding="utf-8") == json_schema(), "run scripts/write_json_schema"


def test_comments_stand_above_their_keys():
    comments = {"constructs[0].items[1].reversed": "GUESS", "constructs[0].items[0]": "FIRST"}
    text = schema_as_yaml(parse_schema(SCHEMA), comments)
    assert "        # GUESS\n        reversed: true" in text
    assert "      # FIRST\n      - name: t1" in text
    assert parse_schema(text) == parse_schema(SCHEMA)


def test_a_schema_that_cannot_be_written_is_an_output_error(tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        write_schema(Schema(name="a"), tmp_path / "no" / "a.yaml")


WORDS = st.text(
    st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12
) | st.sampled_from(
    [
        "no",
        "null",
        "~",
        "1",
        "1.0",
        "0x1",
        "true",
        "a: b",
        "a #b",
        "- a",
        "a ",
        "[",
        "1e3",
        "<<",
        "=",
    ]
)
TEXTS = (
    WORDS
    | st.fixed_dictionaries({"en": WORDS})
    | st.fixed_dictionaries({"en": WORDS, "id": WORDS})
)
CODES = st.integers(-99, 99) | WORDS


@st.composite
def schemas(draw):
    codes = draw(st.lists(CODES, min_size=3, max_size=6, unique_by=str))
    points = [{"code": code, "text": draw(st.none() | TEXTS)} for code in codes]
    points[0]["accepts"] = tuple(draw(st.lists(WORDS, max_size=3)))
    aside = {"code": codes.pop(), "text": points.pop()["text"]}
    columns = draw(st.lists(WORDS, min_size=1, max_size=3))
    likert = {"name": "likert", "points": [{"code": 1}, {"code": 2}]}
    items = [
        {
            "name": f"i{n}",
            "column": columns,
            "reversed": draw(st.booleans()),
            "text": draw(TEXTS),
        }
        for n in range(draw(st.integers(1, 3)))
    ]
    outcome = {"name": "o", "variable": "v", "event": codes[:1], "among": codes}
    return Schema.model_validate(
        {
            "name": "drawn",
            "missing": draw(st.lists(WORDS, max_size=3)),
            "scales": [{"name": "s", "points": points, "aside": [aside]}, likert],
            "constructs": [
                {"name": "c", "scale": "likert", "min_answered": 0.5, "items": items}
            ],
            "variables": [
                {"name": "v", "column": columns, "scale": "s"},
                {"name": "w", "column": columns, "low": draw(st.floats(-1e9, 1e9))},
            ],
            "roles": {"outcomes": [outcome], "ignore": draw(st.lists(WORDS, max_size=3))},
        }
    )


@settings(deadline=None)
@given(schemas())
def test_a_written_schema_reads_back_equal(schema):
    assert parse_schema(schema_as_yaml(schema)) == schema
