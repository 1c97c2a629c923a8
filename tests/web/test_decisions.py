"""Pages of the register: what officers see of decisions, what they do with them, and each refusal in words."""

import html
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from auditor.common.clock import utc_now
from auditor.common.store import Store
from reports.decisions.actors import officer
from reports.decisions.models import Decision, Event, Reviewer
from reports.decisions.pages import PAGE
from reports.decisions.recording.record import record, record_many
from reports.decisions.reviewers import reviewer_declare
from reports.decisions.state import Contested
from reports.decisions.transitions import Change, events_apply
from tests.decisions import drafts
from tests.decisions.drafts import IDENTIFIER, NOW, OPERATOR, RECIPIENT, REFERENCE

pytestmark = pytest.mark.django_db
OBJECTION = "I was at work that day-klp"


@pytest.fixture
def as_ada(ada: User) -> Client:
    client = Client()
    client.force_login(ada)
    return client


@pytest.fixture
def as_bea(bea: User) -> Client:
    client = Client()
    client.force_login(bea)
    return client


@pytest.fixture
def number() -> int:
    return drafts.recorded()


def page_of(answer, status: int = 200) -> str:
    assert answer.status_code == status
    return html.unescape(answer.content.decode())


def shown(client: Client, number: int) -> str:
    return page_of(client.get(reverse("decision", args=[number])))


def offered(client: Client, number: int) -> list[str]:
    return re.findall(r'id="do-(\w+)"', shown(client, number))


def act(client: Client, number: int, kind: str, **typed):
    return client.post(reverse("decision-event", args=[number, kind]), typed)


def done(client: Client, number: int, kind: str, **typed) -> None:
    answer = act(client, number, kind, **typed)
    assert answer.status_code == 302, page_of(answer, 422)
    assert Event.objects.filter(decision=number).last().kind == kind


def letter() -> SimpleUploadedFile:
    return SimpleUploadedFile("proof of sending.txt", b"posted on Monday-ghj")


def contest(client: Client, number: int) -> None:
    done(
        client,
        number,
        "contested",
        received_at=utc_now().date().isoformat(),
        party="subject",
        reason=OBJECTION,
    )


def test_from_a_contest_to_the_last_notice(as_ada, as_bea, ada, bea, number):
    declared = reviewer_declare(bea, authority="the board, 5 January 2026", by=ada)
    assert offered(as_ada, number)[0] == "contested"
    assert "corrected" not in offered(as_ada, number)
    contest(as_ada, number)
    assert OBJECTION in shown(as_ada, number)
    assert re.search(
        r"Answer the person \(GDPR Art. 12\(3\)\): <strong>in \d\d days</strong>", shown(as_ada, number)
    )
    done(as_ada, number, "acknowledged")
    done(as_ada, number, "heard", reason="the picture is another person's")
    done(as_ada, number, "extended", months="2", reason="the archive is closed", evidence=letter())
    done(as_ada, number, "review_assigned", reviewer=str(declared.pk))
    assert not {"upheld", "corrected", "retracted"} & set(offered(as_ada, number))
    assert {"upheld", "corrected", "retracted"} < set(offered(as_bea, number))
    done(as_bea, number, "corrected", outcome="discharge", reason="the picture was another person's")
    assert {"subject_notified", "recipient_notified", "recipient_excused"} < set(offered(as_ada, number))
    done(as_ada, number, "subject_notified", matter="decision", evidence=letter())
    assert "Tell the recipients" in shown(as_ada, number)
    done(as_ada, number, "recipient_notified", recipient=RECIPIENT, matter="decision", evidence=letter())
    row = Decision.objects.get()
    assert (row.state, row.due) == ("notified", None)
    page = shown(as_ada, number)
    assert "discharge" in page
    assert "Bea Worth, reviewer" in page
    assert all(f"ledger entry {event.entry}" in page for event in Event.objects.all())


def test_who_took_the_decision_does_not_review_it(as_ada, ada, bea, number):
    declared = reviewer_declare(bea, authority="the board", known_as=[OPERATOR], by=ada)
    contest(as_ada, number)
    answer = act(as_ada, number, "review_assigned", reviewer=str(declared.pk), reason="she knows it-wer")
    page = page_of(answer, 422)
    assert "bea took decision" in page
    assert "she knows it-wer" in page
    assert '<details class="card act" id="do-review_assigned" open>' in page
    assert Decision.objects.get().state == "contested"


def test_a_full_name_tells_an_operator_too(as_ada, ada, bea):
    number = drafts.recorded(human={"involvement": "decision", "operator": "bea WORTH"})
    declared = reviewer_declare(bea, authority="the board", by=ada)
    contest(as_ada, number)
    assert "bea took decision" in page_of(
        act(as_ada, number, "review_assigned", reviewer=str(declared.pk)), 422
    )


def test_a_form_says_what_is_missing_and_keeps_the_rest(as_ada, number):
    page = page_of(act(as_ada, number, "restricted", reason=""), 422)
    assert "This field is required." in page
    day = (utc_now() + timedelta(days=3)).date().isoformat()
    page = page_of(act(as_ada, number, "contested", received_at=day, party="subject", reason=OBJECTION), 422)
    assert "cannot have been received later than now" in page
    assert OBJECTION in page
    assert f'value="{day}"' in page
    assert not Event.objects.exists()


def test_an_event_that_the_rules_do_not_offer_is_refused_in_words(as_ada, as_bea, ada, bea, number):
    assert "not under review" in page_of(act(as_ada, number, "retracted", reason="r"), 422)
    declared = reviewer_declare(bea, authority="the board", by=ada)
    contest(as_ada, number)
    done(as_ada, number, "review_assigned", reviewer=str(declared.pk))
    assert "Only bea" in page_of(act(as_ada, number, "upheld", reason="r"), 422)


@pytest.mark.parametrize("kind", ["erased", "retraced", "superseded", "nothing"])
def test_other_events_have_no_form(as_ada, number, kind):
    assert act(as_ada, number, kind, reason="r").status_code == 404


def test_restriction_and_holds(as_ada, number):
    done(as_ada, number, "restricted", reason="its accuracy is contested")
    done(as_ada, number, "hold_placed", hold="court case 12", reason="a claim")
    page = shown(as_ada, number)
    assert "legal hold: court case 12" in page
    assert "restriction_lifted" not in offered(as_ada, number)
    done(as_ada, number, "restriction_announced", evidence=letter())
    done(as_ada, number, "restriction_lifted", reason="it is accurate")
    done(as_ada, number, "hold_lifted", hold="court case 12", reason="it is over")
    assert "hold_lifted" not in offered(as_ada, number)
    row = Decision.objects.get()
    assert (row.state, row.restricted) == ("recorded", False)


def test_a_document_is_kept_encrypted_and_handed_back(as_ada, ada, number, settings):
    done(as_ada, number, "restricted", reason="r", evidence=letter())
    event = Event.objects.get()
    answer = as_ada.get(reverse("decision-document", args=[number, event.sequence]))
    assert b"".join(answer.streaming_content) == b"posted on Monday-ghj"
    assert "proof of sending.txt" in answer["Content-Disposition"]
    assert b"Monday" not in Store.at(settings.STORAGE_URL).get(event.evidence)
    assert as_ada.get(reverse("decision-document", args=[number, 9])).status_code == 404


def test_what_was_recorded_is_shown(as_ada, number):
    page = shown(as_ada, number)
    for said in (REFERENCE, IDENTIFIER, OPERATOR, RECIPIENT, "refer", "0.75", "Art. 6(1)(e) GDPR", "630f"):
        assert said in page
    assert as_ada.get(reverse("decision", args=[number + 1])).status_code == 404


def test_the_search_finds_references_and_people_and_names_them_in_no_address(as_ada, number):
    for sought in (REFERENCE, IDENTIFIER, f" {REFERENCE} "):
        answer = as_ada.post(reverse("search-decisions"), {"sought": sought})
        page = page_of(answer)
        assert reverse("decision", args=[number]) in page
        addresses = re.findall(r'(?:href|action)="([^"]*)"', page)
        assert not [address for address in addresses if sought.strip() in address]
    assert "No decision has this reference" in page_of(
        as_ada.post(reverse("search-decisions"), {"sought": "nobody"})
    )
    assert as_ada.get(reverse("search-decisions"), {"sought": REFERENCE}).status_code == 405
    assert as_ada.post(reverse("search-decisions"), {"sought": ""}).status_code == 422


def test_an_empty_register_says_so(as_ada):
    assert "No decision is recorded yet." in page_of(as_ada.get(reverse("decisions")))
    assert "No decision is like that." in page_of(as_ada.get(reverse("decisions"), {"state": "upheld"}))
    assert "No answer is due." in page_of(as_ada.get(reverse("due-decisions")))


def test_pages_follow_each_other_with_their_filter(as_ada):
    sender = drafts.system()
    record_many(sender, drafts.many(PAGE + 7), now=NOW)
    record(drafts.system("other"), drafts.draft(), now=NOW)
    first = page_of(as_ada.get(reverse("decisions"), {"system": sender.pk}))
    (following,) = re.findall(r'href="(\?[^"]*after=[^"]*)"', first)
    assert f"system={sender.pk}" in following
    second = page_of(as_ada.get(reverse("decisions") + following))
    listed = [set(re.findall(r'href="/decisions/(\d+)/"', page)) for page in (first, second)]
    assert [len(found) for found in listed] == [PAGE, 7]
    assert not listed[0] & listed[1]
    assert as_ada.get(reverse("decisions"), {"after": "x"}).status_code == 409


@pytest.mark.parametrize(
    "typed", [{"since": "never"}, {"state": "x"}, {"system": "x"}, {"model": "0"}, {"due": "-1"}]
)
def test_a_filter_that_cannot_be_read_is_said(as_ada, number, typed):
    page = page_of(as_ada.get(reverse("decisions"), typed))
    assert 'class="error"' in page


def test_what_is_due_comes_overdue_first_and_by_day(as_ada, ada):
    now = utc_now()
    record_many(
        drafts.system(),
        [
            drafts.draft(reference=f"r-{n}", decided_at=(now - timedelta(days=90)).isoformat())
            for n in range(4)
        ],
        now=now - timedelta(days=80),
    )
    numbers = sorted(Decision.objects.values_list("pk", flat=True))
    for n, days in zip(numbers, (70, 10, 10), strict=False):
        received = now - timedelta(days=days)
        events_apply(
            [Change(n, Contested(actor=officer(ada), reason="r", received_at=received))], now=received
        )
    page = page_of(as_ada.get(reverse("due-decisions")))
    assert "1 answer is overdue" in page
    assert [int(n) for n in re.findall(r'href="/decisions/(\d+)/"', page)] == numbers[:3]
    assert page.count('<ul class="agenda">') == 1
    home = page_of(as_ada.get(reverse("home")))
    assert "1 overdue" in home
    overdue = page_of(as_ada.get(reverse("decisions"), {"due": "0"}))
    assert re.findall(r'href="/decisions/(\d+)/"', overdue) == [str(numbers[0])]


@pytest.mark.parametrize("name", ["home", "decisions", "due-decisions"])
def test_more_decisions_take_no_more_queries(as_ada, ada, name):
    sender = drafts.system()
    counts = []
    for start in (0, 10):
        recorded = record_many(sender, drafts.many(10, start), now=NOW)
        now = utc_now()
        events_apply(
            [
                Change(one.decision, Contested(actor=officer(ada), reason="r", received_at=now))
                for one in recorded
            ],
            now=now,
        )
        with CaptureQueriesContext(connection) as queries:
            page_of(as_ada.get(reverse(name)))
        counts.append(len(queries))
    assert counts[0] == counts[1] < 20


def test_more_events_take_no_more_queries(as_ada, number):
    counts = []
    for n in range(3):
        done(as_ada, number, "hold_placed", hold=f"case {n}", reason="a claim")
        with CaptureQueriesContext(connection) as queries:
            shown(as_ada, number)
        counts.append(len(queries))
    assert len(set(counts)) == 1


def test_reviewers_are_declared_by_somebody_else_and_withdrawn_once(as_ada, ada, bea):
    form = {"user": bea.pk, "authority": "the board, 5 January 2026", "known_as": "b.worth\n\nb.worth\nbw"}
    assert as_ada.post(reverse("reviewers"), form).status_code == 302
    row = Reviewer.objects.get()
    assert (row.known_as, row.declared_by) == (["b.worth", "bw"], ada)
    assert "declared for Bea Worth already" in page_of(as_ada.post(reverse("reviewers"), form), 422)
    page = page_of(as_ada.post(reverse("reviewers"), form | {"user": ada.pk}), 422)
    assert "Nobody declares their own authority" in page
    withdraw = reverse("withdraw-reviewer", args=[row.pk])
    assert as_ada.post(withdraw).status_code == 302
    assert "withdrawn already" in page_of(as_ada.post(withdraw), 409)
    assert "withdrawn" in page_of(as_ada.get(reverse("reviewers")))
    assert as_ada.post(reverse("reviewers"), form).status_code == 302


@pytest.mark.parametrize("language", ["de", "fr"])
def test_pages_speak_other_languages(as_ada, ada, bea, number, language):
    contest(as_ada, number)
    as_ada.post(reverse("set_language"), {"language": language})
    page = shown(as_ada, number)
    assert {"de": "Was geschah", "fr": "Ce qui s’est passé"}[language] in page
    assert "What" not in page
    page = page_of(act(as_ada, number, "retracted", reason="r"), 422)
    assert "not under review" not in page
