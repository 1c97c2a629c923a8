"""Declarations as rows: by scope, one after another, kept, and refused in a sentence."""

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from auditor.common.canonical import canonical
from auditor.common.clock import timestamp, utc_now
from auditor.common.errors import Refused
from reports.documents.declared.fields import BY_ID, FIELDS
from reports.documents.declared.files import read_declarations
from reports.documents.declared.queries import declared_in, stated_in
from reports.documents.declared.services import Overtaken, declaration_make, declarations_make
from reports.documents.declared.statements import LONGEST, MOST_ROWS, Statement, statement
from reports.documents.declared.views import TITLES
from reports.documents.models import Declaration
from tests import rows
from tests.audits.finished import finished

RISK = {"risk": "A missed lesion", "measure": "Second reading", "owner": "Ada", "date": "2027-01-31"}


def said(run, field: str) -> Declaration | None:
    (found,) = [one for one in stated_in(run) if one.field.id == field]
    return found.current


def test_the_last_statement_holds_and_the_earlier_ones_stay(ada, bea):
    run, at = finished(), utc_now()
    declaration_make(run=run, field="identity.controller", text=" Clinic\r\nStreet 1 ", by=ada, now=at)
    declaration_make(run=run, field="identity.controller", text="Clinic, Street 2", by=bea)
    (one,) = declared_in(run)
    assert (one.section, one.field, one.text, one.by) == (
        "identity",
        "controller",
        "Clinic, Street 2",
        "Bea Worth",
    )
    history = Declaration.objects.order_by("number")
    assert [(row.number, row.text) for row in history] == [(1, "Clinic\nStreet 1"), (2, "Clinic, Street 2")]
    assert timestamp(history[0].at) == timestamp(at)


def test_an_empty_statement_takes_the_one_before_it_back(ada):
    run = finished()
    declaration_make(run=run, field="identity.dpo", text="Bea", by=ada)
    declaration_make(run=run, field="identity.dpo", text="  ", by=ada)
    assert declared_in(run) == ()
    assert said(run, "identity.dpo") is None
    assert Declaration.objects.count() == 2
    assert declaration_make(run=run, field="summary.conclusion", text="", by=ada) is None


def test_the_same_again_makes_no_row(ada, bea):
    run = finished()
    first = declaration_make(run=run, field="risks.register", rows=[RISK, {}], by=ada)
    assert declaration_make(run=run, field="risks.register", rows=[RISK | {"residual": ""}], by=bea) == first
    assert declared_in(run)[0].rows == (RISK | {"residual": ""},)
    assert declared_in(run)[0].text == ""


def test_a_statement_holds_for_what_it_is_about_and_nothing_else(ada):
    run, again = finished(ago=5), finished(ago=4)
    newer, other = finished(ago=3, number="2"), finished(ago=2, model="other")
    made = {
        "identity.controller": {run, again, newer, other},
        "purpose.intended_use": {run, again, newer},
        "model.history": {run, again},
        "set.origin": {run, again, newer, other},
        "summary.conclusion": {run},
    }
    for field in made:
        declaration_make(run=run, field=field, text="x", by=ada)
    for field, holds in made.items():
        assert {one for one in (run, again, newer, other) if said(one, field)} == holds


def test_who_has_not_seen_the_last_statement_does_not_replace_it(ada, bea):
    run = finished()
    declaration_make(run=run, field="identity.dpo", text="Bea", by=ada, seen=0)
    with pytest.raises(Overtaken, match="changed by somebody else"):
        declaration_make(run=run, field="identity.dpo", text="Cleo", by=bea, seen=0)
    declaration_make(run=run, field="identity.dpo", text="Cleo", by=bea, seen=1)
    assert said(run, "identity.dpo").text == "Cleo"


def test_the_database_takes_no_two_statements_in_the_same_place(ada):
    run = finished()
    made = declaration_make(run=run, field="identity.dpo", text="Bea", by=ada)
    with pytest.raises(IntegrityError, match="one_statement_after_another"), transaction.atomic():
        Declaration.objects.create(
            field=made.field, scope=made.scope, number=1, text="Cleo", by=ada, at=utc_now()
        )
    with pytest.raises(IntegrityError, match="about_its_scope"), transaction.atomic():
        Declaration.objects.create(
            field="identity.dpo", scope="model", number=9, text="x", by=ada, at=utc_now()
        )


@pytest.mark.parametrize(
    ("field", "text", "given_rows", "words"),
    [
        ("identity.nobody", "x", (), "no field “identity.nobody”"),
        ("purpose.automation", "perhaps", (), "it is one of automated, draws_strongly, supported"),
        ("set.period", "2020\n2021", (), "a single line"),
        ("set.period", "x" * 301, (), "at most 300 characters"),
        ("set.origin", "x" * (LONGEST + 1), (), "at most 10000 characters"),
        ("set.origin", "a\x00b", (), "not text"),
        ("set.origin", "a\ud800b", (), "not text"),
        ("set.origin", "", [RISK], "it takes a text, not rows"),
        ("risks.register", "x", (), "it takes rows, not a text"),
        ("risks.register", "", [RISK] * (MOST_ROWS + 1), "at most 100 rows"),
        ("risks.register", "", [{"danger": "x"}], "its columns are risk, measure, owner, date, residual"),
        ("risks.register", "", [{"risk": "x" * (LONGEST + 1)}], "at most 10000 characters"),
    ],
)
def test_what_a_field_does_not_take_is_refused(ada, field, text, given_rows, words):
    run = finished()
    with pytest.raises(Refused, match=words):
        declaration_make(run=run, field=field, text=text, rows=given_rows, by=ada)
    assert not Declaration.objects.exists()


def test_many_statements_are_made_or_none(ada):
    run = finished()
    made = {"identity.dpo": Statement("Bea"), "set.period": Statement("a\nb")}
    with pytest.raises(Refused, match="single line"):
        declarations_make(run=run, made=made, by=ada)
    assert not Declaration.objects.exists()


@pytest.mark.parametrize("change", ["UPDATE {} SET text = ''", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_database_keeps_every_statement(ada, change):
    declaration_make(run=finished(), field="identity.dpo", text="Bea", by=ada)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(change.format("documents_declaration"))
    with pytest.raises(TypeError):
        Declaration.objects.first().delete()


def test_the_catalogue_asks_for_what_a_report_needs():
    assert len(BY_ID) == len(FIELDS)
    assert {field.section for field in FIELDS} == set(TITLES)
    for field in FIELDS:
        assert field.title
        assert str(field.help).endswith(".")
        assert "Art." in field.hook
        assert bool(field.choices) == (field.kind == "choice")
        assert bool(field.columns) == (field.kind == "rows")


@given(st.text(max_size=200))
def test_what_a_text_field_takes_can_be_said_in_a_snapshot(text):
    try:
        made = statement(BY_ID["set.origin"], text)
    except Refused:
        return
    assert statement(BY_ID["set.origin"], made.text) == made
    assert canonical(made.text)


def file(tmp_path, content: object):
    path = tmp_path / "declared.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_a_file_declares_texts_choices_and_rows(tmp_path):
    content = {"purpose.automation": "supported", "risks.register": [RISK], "identity.dpo": ""}
    assert read_declarations(file(tmp_path, content)) == {
        "purpose.automation": Statement("supported"),
        "risks.register": Statement(rows=(RISK | {"residual": ""},)),
        "identity.dpo": Statement(),
    }


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "is not JSON"),
        ("[]", "holds no JSON object"),
        ('{"identity.dpo": "a", "identity.dpo": "b"}', "'identity.dpo' stands in it twice"),
        ({"identity.d": "x"}, "no field “identity.d”"),
        ({"identity.dpo": 3}, "“identity.dpo” is neither a text nor a list"),
        ({"risks.register": [{"risk": 3}]}, "“risks.register” has a row with something else than text"),
        ({"risks.register": ["x"]}, "“risks.register” is neither"),
        ({"set.period": "a\nb"}, "declared.json: “Period of collection” was not declared: .*single line"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_a_file_that_says_something_else_is_refused_with_its_field(tmp_path, content, words):
    with pytest.raises(Refused, match=words):
        read_declarations(file(tmp_path, content))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(Refused, match="could not be read: No such file"):
        read_declarations(tmp_path / "none.json")


@pytest.mark.django_db
def test_a_run_may_be_declared_about_before_it_has_finished(ada):
    run = rows.run()
    declaration_make(run=run, field="summary.conclusion", text="x", by=ada, now=utc_now() - timedelta(1))
    assert said(run, "summary.conclusion").text == "x"
