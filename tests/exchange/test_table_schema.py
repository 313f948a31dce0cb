"""A Table Schema describes the coded answers, and holds all the questionnaire besides."""

import json

import campaign_effect as ce
from campaign_effect.schema.bundled import bundled_schemas
from campaign_effect.schema.model import Schema


def described(schema, tmp_path, **options):
    path = ce.write_table_schema(schema, tmp_path / "schema.json", **options).path
    return json.loads(path.read_text(encoding="utf-8"))


def test_fields_are_categories_with_labels_and_missing_values(tmp_path):
    schema = Schema.model_validate(
        {
            "name": "s",
            "missing": ["NA"],
            "scales": [
                {
                    "name": "agree",
                    "points": [{"code": 1, "text": {"en": "No", "id": "Tidak"}}, {"code": 2}],
                    "aside": [{"code": 9, "text": "Secret"}],
                },
                {
                    "name": "media",
                    "points": [{"code": "wa", "text": "WhatsApp"}, {"code": "fb"}],
                },
            ],
            "constructs": [
                {
                    "name": "trust",
                    "scale": "agree",
                    "items": [{"name": "t1", "column": "Q1", "reversed": True}],
                }
            ],
            "variables": [
                {"name": "src", "column": "S", "scale": "media", "type": "choices"},
                {"name": "age", "column": "A", "low": 17},
            ],
            "roles": {"controls": ["age"]},
        }
    )
    found = described(schema, tmp_path, language="id")
    first = found["fields"][0]
    assert first["type"] == "integer"
    assert first["categories"] == [{"value": 1, "label": "Tidak"}, {"value": 2, "label": "2"}]
    assert first["categoriesOrdered"]
    assert first["missingValues"][1] == {"value": "9", "label": "Secret"}
    assert (first["construct"], first["reversed"], first["column"]) == ("trust", True, ["Q1"])
    names = [field["name"] for field in found["fields"]]
    assert names == ["t1", "src", "src_wa", "src_fb", "age"]
    assert found["fields"][2] | {"type": "boolean", "title": "WhatsApp"} == found["fields"][2]
    assert found["fields"][4]["constraints"] == {"minimum": 17}
    assert found["missingValues"] == ["", "NA"]
    assert found["roles"] == {"controls": ["age"]}
    assert found["$schema"] == "https://datapackage.org/profiles/2.0/tableschema.json"


def test_the_questionnaire_inside_is_the_whole_schema(tmp_path):
    for name in bundled_schemas():
        schema = ce.read_schema(name)
        inside = described(schema, tmp_path)["questionnaire"]
        assert Schema.model_validate(inside) == schema
