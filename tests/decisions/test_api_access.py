"""Who is let in: tokens are made, shown once, recognised and revoked; nobody sees another system's decisions."""

import json
import logging
import re
from datetime import timedelta
from io import StringIO
from urllib.parse import quote

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from auditor.common.digest import sha256
from auditor.common.errors import NotFound, Refused
from reports.decisions.models import Decision, SendingSystem, Token
from reports.decisions.systems import system_add, system_of_token, token_make, token_revoke
from tests.decisions import asking, drafts
from tests.decisions.drafts import NOW, REFERENCE

pytestmark = pytest.mark.django_db


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("systems", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_a_system_is_added_gets_a_token_and_loses_it():
    said("add", "scoring", "--scheme", "patient number")
    secret = said("token", "scoring").strip()
    assert system_of_token(secret) == SendingSystem.objects.get(name="scoring", scheme="patient number")
    assert secret[:16] in said("list")
    assert secret not in said("list")
    assert "in use" in said("list")
    said("revoke", secret[:16])
    assert system_of_token(secret) is None
    assert "revoked" in said("list")
    with pytest.raises(Refused, match="scoring already"):
        said("add", "scoring")
    with pytest.raises(NotFound, match="nobody"):
        said("token", "nobody")
    with pytest.raises(NotFound, match="retrace_xxxxxxxx"):
        said("revoke", "retrace_xxxxxxxx")
    for name in ("", " ", "a\nb", "x" * 101):
        with pytest.raises(Refused, match="1 to 100"):
            system_add(name=name)


def test_a_token_is_kept_as_its_digest():
    row, secret = token_make(drafts.system())
    assert (row.prefix, row.sha256) == (secret[:16], sha256(secret.encode()))
    assert len(secret) == len("retrace_") + 43
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM decisions_token t")
        assert secret[16:] not in str(cursor.fetchall())
    assert token_make(row.system)[1] != secret


def test_a_prefix_lets_nobody_in_and_neither_does_what_resembles_a_token():
    secret = asking.token()
    for other in ("", secret[:16], secret[:-1], secret + "x", secret.upper(), "x" * 51, "é" * 20, "\x00"):
        assert system_of_token(other) is None
    assert system_of_token(secret) is not None


def test_two_tokens_that_begin_alike_are_told_apart():
    first, second = drafts.system("a"), drafts.system("b")
    for system, secret in ((first, "retrace_same-fir-one"), (second, "retrace_same-fir-two")):
        Token.objects.create(
            system=system, prefix=secret[:16], sha256=sha256(secret.encode()), created_at=NOW
        )
    assert system_of_token("retrace_same-fir-one") == first
    assert system_of_token("retrace_same-fir-two") == second


def test_a_use_is_noted_once_a_minute():
    row, secret = token_make(drafts.system())
    for later, noted in ((0, 0), (59, 0), (61, 61)):
        system_of_token(secret, now=NOW + timedelta(seconds=later))
        row.refresh_from_db()
        assert row.last_used_at == NOW + timedelta(seconds=noted)


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic {}", "bearer {}x", "{}"]
)
def test_without_a_token_in_use_nothing_is_read(authorization):
    secret = asking.token()
    sent = {} if authorization is None else {"Authorization": authorization.format(secret)}
    for ask in (
        lambda: Client().post(asking.ONE, b"no json", content_type="text/plain", headers=sent),
        lambda: Client().post(asking.BATCH, b"no json", content_type="text/plain", headers=sent),
        lambda: Client().get(f"{asking.ONE}/{REFERENCE}", headers=sent),
    ):
        answer = ask()
        assert asking.problem(answer) == (401, "unauthorized")
        assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="retrace"')


def test_a_revoked_token_lets_nobody_in_at_once():
    secret = asking.token()
    assert asking.post_one(secret, drafts.body()).status_code == 201
    token_revoke(secret[:16])
    assert asking.problem(asking.post_one(secret, drafts.body(reference="b"))) == (401, "unauthorized")
    assert Decision.objects.count() == 1


def test_a_disabled_system_is_told_so():
    system = drafts.system()
    secret = asking.token(system)
    SendingSystem.objects.update(disabled_at=NOW)
    assert asking.problem(asking.post_one(secret, drafts.body())) == (403, "disabled")
    system.refresh_from_db()
    with pytest.raises(Refused, match="disabled"):
        token_make(system)


def test_one_system_does_not_see_what_another_sent():
    mine, other = asking.token(drafts.system("mine")), asking.token(drafts.system("other"))
    asking.post_one(mine, drafts.body())
    asked = f"{asking.ONE}/{REFERENCE}"
    assert Client().get(asked, headers=asking.headers(mine)).status_code == 200
    refused = Client().get(asked, headers=asking.headers(other))
    assert asking.problem(refused) == (404, "not_found")
    never = Client().get(f"{asking.ONE}/never", headers=asking.headers(other))
    assert never.json() == refused.json()  # there is no telling whether somebody else has it


def test_keys_of_one_system_are_not_those_of_another():
    mine, other = asking.token(drafts.system("mine")), asking.token(drafts.system("other"))
    first = asking.post_one(mine, drafts.body(), **{"Idempotency-Key": "k"})
    second = asking.post_one(other, drafts.body(outcome="home"), **{"Idempotency-Key": "k"})
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["decision"] != second.json()["decision"]


def test_a_token_is_never_logged(caplog):
    secret = asking.token()
    with caplog.at_level(logging.DEBUG):
        asking.post_one(secret, drafts.body())
        asking.post_one(secret + "x", drafts.body())
        asking.post_one(secret, b"{")
        Client().get(f"{asking.ONE}/{quote('a/b')}", headers=asking.headers(secret))
    assert caplog.records
    for record in caplog.records:
        assert secret[16:] not in record.getMessage() + str(record.__dict__)


def test_a_reference_is_never_logged(caplog):
    secret = asking.token()
    asking.post_one(secret, drafts.body())
    with caplog.at_level(logging.DEBUG):
        for asked in (REFERENCE, f"not-{REFERENCE}"):
            Client().get(f"{asking.ONE}/{asked}", headers=asking.headers(secret))
        asking.post_one(secret, drafts.body(outcome="home"))
        asking.post_lines(secret, asking.ndjson([drafts.body(outcome="home")]))
    assert "404 not_found" in caplog.text
    assert "409 conflict" in caplog.text
    assert REFERENCE not in caplog.text


def test_the_description_is_open_and_has_no_page_of_somebody_elses():
    described = Client().get("/api/v1/openapi.json")
    assert described.status_code == 200
    told = described.json()
    assert set(told["paths"]) == {
        "/api/v1/decisions",
        "/api/v1/decisions:batch",
        "/api/v1/decisions/{reference}",
    }
    assert all(
        one["security"] == [{"SystemToken": []}] for path in told["paths"].values() for one in path.values()
    )
    schemas = told["components"]["schemas"]
    assert {"DecisionDraft", "Input", "Human", "ProblemDetails", "BatchRecorded"} <= set(schemas)
    for name in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(told)):
        assert name in schemas
    assert asking.problem(Client().get("/api/v1/docs")) == (404, "not_found")
