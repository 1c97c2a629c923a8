"""Handing in decisions by the API: recorded once, answered alike, refused with the place of each mistake."""

import base64
import json
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client

from auditor.common.store import Store
from reports.decisions.api.answers import BatchRecorded, DecisionFound, DecisionRecorded
from reports.decisions.idempotency import forget_answers
from reports.decisions.models import Decision, Idempotency, SendingSystem
from reports.decisions.queries import decision_numbered
from reports.decisions.recording.record import record
from reports.decisions.sealed import opened_input, opened_record
from reports.ledger.models import Entry
from reports.ledger.note import VerifierKey
from reports.ledger.proof import Proof
from reports.ledger.services import ledger_verifier
from tests.decisions import asking, drafts
from tests.decisions.asking import post_lines, post_one, problem
from tests.decisions.drafts import REFERENCE
from tests.decisions.test_recording import everything_stored

pytestmark = pytest.mark.django_db


def test_a_decision_is_recorded():
    secret = asking.token()
    answer = post_one(secret, drafts.body())
    assert answer.status_code == 201
    told = DecisionRecorded.model_validate_json(answer.content)
    found = decision_numbered(told.decision)
    assert opened_record(found) == drafts.draft()
    assert (told.entry, told.recorded_at, told.repeated) == (found.entry, found.recorded_at, False)
    assert abs((datetime.now(UTC) - told.recorded_at).total_seconds()) < 60


def test_the_same_decision_again_is_the_same_decision_and_other_content_a_conflict():
    secret = asking.token()
    first = post_one(secret, drafts.body())
    again = post_one(secret, drafts.body())
    assert again.status_code == 200
    assert again.json() == first.json() | {"repeated": True}
    other = post_one(secret, drafts.body(outcome="home"))
    assert problem(other) == (409, "conflict")
    assert REFERENCE in other.json()["detail"]
    assert Decision.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "status", "kind", "field"),
    [
        ({"model": "f" * 64}, 422, "unknown_model", "model"),
        (
            {"decided_at": "2999-01-01T00:00:00Z", "retention": {"reason": "law"}},
            422,
            "decided_later",
            "decided_at",
        ),
        ({"scores": {"a": "high"}}, 422, "invalid", "scores.a"),
        ({"surname": "Doe"}, 422, "invalid", "surname"),
        ({"input": {}}, 422, "invalid", "input"),
    ],
)
def test_a_mistake_is_named(changes, status, kind, field):
    refused = post_one(asking.token(), drafts.body(**changes))
    assert problem(refused) == (status, kind)
    assert refused.json()["errors"][0]["field"] == field
    assert refused.json()["errors"][0]["detail"] == refused.json()["detail"]
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    "content", [b" ", b"{", b"[]", b"null", b"\xff\xfe", b'{"a":"\\ud800"}', b"[" * 10**5, b"1e999"]
)
def test_what_is_no_decision_is_refused(content):
    refused = post_one(asking.token(), content)
    assert problem(refused) == (422, "invalid")
    assert refused.json()["errors"][0]["line"] == 1


def test_all_mistakes_of_a_decision_are_named():
    refused = post_one(asking.token(), {"reference": ""})
    fields = [one["field"] for one in refused.json()["errors"]]
    assert {"reference", "subject", "model"} <= set(fields)
    assert len(fields) == 10


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/xml", "application/x-ndjson", "application/json; charset=latin-1", ""],
)
def test_another_type_of_content_is_refused(kind):
    assert problem(post_one(asking.token(), drafts.body(), kind=kind)) == (415, "content_type")


def test_compressed_content_is_refused():
    refused = post_one(asking.token(), drafts.body(), **{"Content-Encoding": "gzip"})
    assert problem(refused) == (415, "content_type")


def test_utf_8_may_be_said():
    made = post_one(asking.token(), drafts.body(), kind="application/json; charset=UTF-8")
    assert made.status_code == 201


def test_an_input_comes_with_the_decision_and_is_sealed_at_once():
    content = b"pixels of patient-4711-zyx"
    body = drafts.body(input={"content": base64.b64encode(content).decode(), "media_type": "image/png"})
    found = decision_numbered(post_one(asking.token(), body).json()["decision"])
    assert opened_input(found) == content
    assert content not in Store.at(settings.STORAGE_URL).get(found.sealed_input)


def test_a_key_gets_the_first_answer_again():
    secret = asking.token()
    first = post_one(secret, drafts.body(), **{"Idempotency-Key": "a"})
    again = post_one(secret, drafts.body(), **{"Idempotency-Key": "a"})
    assert (again.status_code, again.json()) == (201, first.json())
    assert (Decision.objects.count(), Entry.objects.count(), Idempotency.objects.count()) == (1, 1, 1)
    assert post_one(secret, drafts.body(), **{"Idempotency-Key": "b"}).json()["repeated"]


def test_a_key_with_another_request_is_refused():
    secret = asking.token()
    post_one(secret, drafts.body(), **{"Idempotency-Key": "a"})
    lines = asking.ndjson(asking.bodies(2))
    for other in (
        lambda: post_one(secret, drafts.body(reference="b"), **{"Idempotency-Key": "a"}),
        lambda: post_one(secret, b"{", **{"Idempotency-Key": "a"}),
        lambda: post_one(secret, json.dumps(drafts.body()).encode() + b" ", **{"Idempotency-Key": "a"}),
        lambda: post_lines(secret, lines, **{"Idempotency-Key": "a"}),
    ):
        assert problem(other()) == (409, "key_reused")
    post_lines(secret, lines, **{"Idempotency-Key": "c"})
    assert problem(post_lines(secret, lines, "?on_error=keep", **{"Idempotency-Key": "c"})) == (
        409,
        "key_reused",
    )
    assert Decision.objects.count() == 3


def test_a_refused_request_leaves_its_key_free():
    secret = asking.token()
    assert post_one(secret, b"{", **{"Idempotency-Key": "a"}).status_code == 422
    assert post_one(secret, drafts.body(), **{"Idempotency-Key": "a"}).status_code == 201


@pytest.mark.parametrize("key", ["x" * 256, "a\tb", "é"])
def test_a_key_has_limits(key):
    assert problem(post_one(asking.token(), drafts.body(), **{"Idempotency-Key": key})) == (
        400,
        "bad_request",
    )


def test_a_kept_answer_names_nobody():
    secret = asking.token()
    post_one(secret, drafts.body())
    bodies = [drafts.body(outcome="home"), *asking.bodies(1)]
    for _ in range(2):
        told = post_lines(
            secret, asking.ndjson(bodies), "?on_error=keep", **{"Idempotency-Key": "patient-4711-zyx"}
        ).json()
        assert REFERENCE in told["errors"][0]["detail"]
    stored = everything_stored()
    for secret in (REFERENCE, "case-0", "person-0", "patient-4711-zyx"):
        assert secret not in stored


def test_kept_answers_go_after_a_month():
    secret = asking.token()
    post_one(secret, drafts.body(), **{"Idempotency-Key": "a"})
    kept = Idempotency.objects.get()
    assert forget_answers(now=kept.at.replace(year=kept.at.year + 1)) == 1
    assert post_one(secret, drafts.body(), **{"Idempotency-Key": "a"}).json()["repeated"]


def test_a_batch_is_recorded():
    secret = asking.token()
    answer = post_lines(secret, asking.ndjson(asking.bodies(30)))
    assert answer.status_code == 200
    told = BatchRecorded.model_validate_json(answer.content)
    assert (told.recorded, told.refused, len(told.decisions)) == (30, 0, 30)
    assert [one.line for one in told.decisions] == list(range(1, 31))
    assert Decision.objects.count() == 30
    again = BatchRecorded.model_validate_json(post_lines(secret, asking.ndjson(asking.bodies(30))).content)
    assert [(one.decision, one.repeated) for one in again.decisions] == [
        (one.decision, True) for one in told.decisions
    ]


def mixed() -> bytes:
    """Return a batch: good, no JSON, empty, two wrong fields, unknown model, good, and the first again otherwise."""
    first, second = asking.bodies(2)
    lines = [
        json.dumps(first).encode(),
        b"{nothing",
        b"",
        json.dumps(first | {"reference": "x", "threshold": "low", "outcome": ""}).encode(),
        json.dumps(first | {"reference": "y", "model": "f" * 64}).encode(),
        json.dumps(second).encode(),
        json.dumps(first | {"outcome": "home"}).encode(),
    ]
    return b"\r\n".join(lines)


def test_with_keep_the_good_lines_are_recorded_and_the_bad_ones_named():
    answer = post_lines(asking.token(), mixed(), "?on_error=keep")
    assert answer.status_code == 200
    told = BatchRecorded.model_validate_json(answer.content)
    assert [one.line for one in told.decisions] == [1, 6]
    assert (told.recorded, told.refused) == (2, 4)
    assert [(one.line, one.field, one.code) for one in told.errors] == [
        (2, "", "invalid"),
        (4, "outcome", "invalid"),
        (4, "threshold", "invalid"),
        (5, "model", "unknown_model"),
        (7, "reference", "conflict"),
    ]
    assert Decision.objects.count() == 2


@pytest.mark.parametrize("query", ["", "?on_error=refuse"])
def test_with_refuse_nothing_is_recorded_and_the_bad_lines_are_named(query):
    secret = asking.token()
    refused = post_lines(secret, mixed(), query)
    assert problem(refused) == (422, "batch_refused")
    assert [one["line"] for one in refused.json()["errors"]] == [2, 4, 4]
    readable = b"\n".join(mixed().split(b"\r\n")[4:])
    refused = post_lines(secret, readable, query)
    assert [(one["line"], one["code"]) for one in refused.json()["errors"]] == [(1, "unknown_model")]
    assert (Decision.objects.count(), Entry.objects.count()) == (0, 0)


def test_a_batch_with_a_key_gets_its_first_answer_again_even_where_the_world_changed():
    secret = asking.token()
    first = post_lines(secret, mixed(), "?on_error=keep", **{"Idempotency-Key": "a"})
    record(SendingSystem.objects.get(), drafts.draft(reference="y"))
    again = post_lines(secret, mixed(), "?on_error=keep", **{"Idempotency-Key": "a"})
    assert again.json() == first.json()


def test_what_to_do_about_bad_lines_is_one_of_two():
    refused = post_lines(asking.token(), b"", "?on_error=ignore")
    assert problem(refused) == (400, "bad_request")
    assert "on_error" in refused.json()["detail"]


def test_an_empty_batch_is_nothing():
    assert post_lines(asking.token(), b"\n\n").json() == {
        "recorded": 0,
        "refused": 0,
        "decisions": [],
        "errors": [],
    }


def test_too_many_lines_are_refused():
    refused = post_lines(asking.token(), b"{}\n" * 10_001, "?on_error=keep")
    assert problem(refused) == (413, "too_large")
    assert not Decision.objects.exists()


def test_where_a_decision_stands():
    secret = asking.token()
    for reference in ("case/7 of%20ä?#", "//a//", "plain"):
        made = post_one(secret, drafts.body(reference=reference)).json()
        answer = Client().get(f"{asking.ONE}/{quote(reference, safe='')}", headers=asking.headers(secret))
        told = DecisionFound.model_validate_json(answer.content)
        assert (told.decision, told.entry, told.state) == (made["decision"], made["entry"], "recorded")
        assert told.model == drafts.version().digest
        entry = Entry.objects.get(position=told.entry)
        verifier: VerifierKey = ledger_verifier()
        Proof.parse(told.proof).check(entry.leaf.content, [verifier])


@pytest.mark.parametrize("language", ["de", "fr"])
def test_problems_are_told_in_the_language_that_is_asked_for(language):
    secret = asking.token()
    english = post_one(secret, drafts.body(model="f" * 64)).json()
    told = post_one(secret, drafts.body(model="f" * 64), **{"Accept-Language": language}).json()
    assert told["type"] == english["type"]
    assert told["title"] != english["title"]
    assert told["detail"] != english["detail"]
    assert "f" * 64 in told["detail"]


def test_other_methods_and_addresses_are_told_alike():
    secret = asking.token()
    got = Client().get(asking.BATCH, headers=asking.headers(secret))
    assert problem(got) == (405, "method_not_allowed")
    assert got.headers["Allow"] == "POST"
    assert problem(Client().delete(asking.ONE)) == (405, "method_not_allowed")
    assert problem(Client().get("/api/v1/nothing")) == (404, "not_found")
    assert problem(Client().post("/api/v1/")) == (404, "not_found")


def test_a_failure_of_ours_is_a_problem_too(monkeypatch, caplog):
    secret = asking.token()

    def broken(*_, **__):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr("reports.decisions.recording.record._Batch.answers", broken)
    refused = post_one(secret, drafts.body())
    assert problem(refused) == (503, "unavailable")
    assert refused.headers["Retry-After"] == "5"
    monkeypatch.setattr("reports.decisions.recording.record._Batch.answers", lambda *_: [][0])
    assert problem(post_one(secret, drafts.body())) == (500, "failed")
    assert "IndexError" in caplog.text
