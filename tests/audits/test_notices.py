"""A new critical finding reaches who wants to hear of it: once, signed, tried again, and nowhere it must not go."""

import json
import logging
import socket
import time
from datetime import timedelta

import pytest
from django.core import mail

from auditor.audits.aftermath import after_run
from auditor.audits.models import Notice, Schedule
from auditor.audits.notices.addresses import Target, check_url, resolve
from auditor.audits.notices.delivery import body_of
from auditor.audits.notices.signature import check_signature, secret_of, signature
from auditor.audits.notices.webhook import post
from auditor.audits.schedules import crontab, schedule_create
from auditor.audits.tasks import notify
from auditor.common.clock import utc_now
from auditor.common.errors import Refused
from auditor.jobs.models import State
from tests import rows
from tests.audits.finished import finished, validation_set, version
from tests.audits.receiver import Receiver, receiving
from tests.pseudo import pseudo

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_PRIVATE_NETWORK = True
    with receiving() as server:
        yield server


def schedule(url: str = "", *recipients: str) -> Schedule:
    return schedule_create(
        name="nightly",
        model=version().model,
        validation_set=validation_set(),
        plan=rows.plan(),
        when=crontab("daily", day=0, hour=3, minute=0),
        by=None,
        recipients=recipients,
        webhook_url=url,
    )


def let_time_pass(notice: Notice) -> None:
    Notice.objects.filter(pk=notice.pk).update(not_before=utc_now() - timedelta(seconds=1))


def state_of(notice: Notice) -> str:
    notice.refresh_from_db()
    return notice.state


def test_a_receiver_that_fails_first_gets_it_later_and_once(receiver: Receiver, settings):
    nightly = schedule(receiver.url)
    finished(right=40, ago=5, schedule=nightly)
    assert not Notice.objects.exists()
    run = finished(right=10, ago=1, schedule=nightly)
    notice = Notice.objects.get()
    receiver.statuses = [503, 302]
    notify(notice.pk)
    assert (state_of(notice), notice.error) == (State.WAITING, "")
    notify(notice.pk)
    assert len(receiver.got) == 1, "it waits before it is tried again"
    first_wait = notice.not_before - notice.tries.get().at
    let_time_pass(notice)
    notify(notice.pk)
    assert state_of(notice) == State.WAITING
    assert notice.not_before - notice.tries.last().at == 2 * first_wait
    let_time_pass(notice)
    notify(notice.pk)
    assert state_of(notice) == State.DONE
    let_time_pass(notice)
    notify(notice.pk)
    after_run(run)
    assert Notice.objects.count() == 1
    assert list(notice.tries.values_list("delivered", "status")) == [(False, 503), (False, 302), (True, 200)]
    assert "redirects are not followed" in notice.tries.get(status=302).outcome
    assert len(receiver.got) == 3
    bodies = {body for _, _, body in receiver.got}
    assert len(bodies) == 1
    (path, headers, body), said = receiver.got[-1], json.loads(bodies.pop())
    assert path == "/hook?team=1"
    assert said["id"] == headers["Retrace-Notice"] == str(notice.number)
    assert said["findings"][0] == {"id": "accuracy", "title": "Accuracy is under the threshold"}
    assert said["link"].endswith(f"/runs/{run.pk}/")
    check_signature(
        secret_of(settings.WEBHOOK_KEY, nightly.pk), headers["Retrace-Signature"], body, time.time()
    )


def test_what_was_critical_before_is_not_told_again():
    nightly = schedule("", "officer@clinic.example")
    finished(right=10, ago=9, schedule=nightly)
    assert Notice.objects.count() == 1, "against nothing, everything is new"
    finished(right=10, ago=5, schedule=nightly)
    assert Notice.objects.count() == 1
    finished(right=10, flipping=30, ago=1, schedule=nightly)
    assert [found["id"] for found in Notice.objects.last().findings] == ["outside-flips"]


def test_a_run_that_nobody_scheduled_tells_nobody():
    finished(right=10)
    assert not Notice.objects.exists()


def test_mail_goes_to_each_address_by_itself():
    run = finished(
        right=10, schedule=schedule("", "a@clinic.example", "b@clinic.example", "a@clinic.example")
    )
    for notice in Notice.objects.all():
        notify(notice.pk)
    assert [message.to for message in mail.outbox] == [["a@clinic.example"], ["b@clinic.example"]]
    assert "Accuracy is under the threshold" in mail.outbox[0].body
    assert f"/runs/{run.pk}/" in mail.outbox[0].body
    assert set(Notice.objects.values_list("state", flat=True)) == {State.DONE}


def test_mail_is_in_the_language_of_the_schedule_and_a_webhook_in_english(monkeypatch):
    nightly = schedule("", "a@clinic.example")
    nightly.language = pseudo(monkeypatch)
    nightly.save()
    finished(right=10, schedule=nightly)
    notice = Notice.objects.get()
    notify(notice.pk)
    (message,) = mail.outbox
    assert message.subject.startswith("«New critical finding: ")
    assert message.body.startswith("«A scheduled audit of ")
    assert "- «Accuracy is under the threshold»\n" in message.body
    assert message.extra_headers["Content-Language"] == nightly.language
    assert json.loads(body_of(notice))["findings"][0]["title"] == "Accuracy is under the threshold"


def test_after_the_limit_it_is_given_up_and_that_is_said(settings):
    settings.NOTICE_ATTEMPTS = 2
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.EMAIL_HOST, settings.EMAIL_PORT = closed.getsockname()
        finished(right=10, schedule=schedule("", "a@clinic.example"))
        notice = Notice.objects.get()
        for _ in range(3):
            let_time_pass(notice)
            notify(notice.pk)
    assert state_of(notice) == State.FAILED
    assert notice.error.startswith("Given up after 2 attempts: The receiver could not be reached")
    assert notice.tries.count() == 2


def test_neither_the_secret_nor_the_key_is_logged(receiver: Receiver, settings, caplog):
    caplog.set_level(logging.DEBUG)
    nightly = schedule(receiver.url)
    finished(right=10, schedule=nightly)
    receiver.statuses = [500]
    notify(Notice.objects.get().pk)
    said = caplog.text + str(list(Notice.objects.values())) + str(list(Notice.objects.get().tries.values()))
    assert secret_of(settings.WEBHOOK_KEY, nightly.pk) not in said
    assert settings.WEBHOOK_KEY not in said


def test_a_signature_holds_for_its_body_secret_and_time_only():
    header, secret = signature("s", 1_000_000, b"{}"), "s"
    check_signature(secret, header, b"{}", 1_000_100)
    for wrong in (
        ("other", header, b"{}", 1_000_100),
        (secret, header, b"{ }", 1_000_100),
        (secret, header, b"{}", 1_000_400),
        (secret, header.replace("t=1000000", "t=1000001"), b"{}", 1_000_100),
        (secret, "v1=abc", b"{}", 1_000_100),
    ):
        with pytest.raises(Refused):
            check_signature(*wrong)
    assert secret_of("key", 1) != secret_of("key", 2)


@pytest.mark.parametrize(
    "url",
    [
        "http://receiver.example/hook",
        "ftp://receiver.example/",
        "https://user:password@receiver.example/",
        "https:///hook",
        "https://receiver.example:0/",
        "https://receiver.example/a b",
        "https://receiver.example/#x",
        "https://127.0.0.1/",
        "https://10.0.0.7/",
        "https://192.168.1.1:8443/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://[::1]/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::10.0.0.1]/",
        "https://[2002:0a00:0001::]/",
        "https://224.0.0.1/",
    ],
)
def test_what_no_webhook_is_sent_to_is_refused_when_it_is_entered(url):
    with pytest.raises(Refused):
        check_url(url)


def test_names_of_private_addresses_are_refused_when_they_are_looked_up():
    check_url("https://localhost/")
    with pytest.raises(Refused, match="in a private network"):
        resolve("https://localhost/")
    with pytest.raises(Refused, match="in a private network"):
        resolve("https://2130706433/")


def test_without_tls_only_the_loopback_is_spoken_to(settings):
    settings.WEBHOOK_PRIVATE_NETWORK = True
    assert resolve("http://127.0.0.1:8080/x?y=1")[1:] == ("127.0.0.1", 8080, "127.0.0.1", "/x?y=1")
    with pytest.raises(Refused, match="needs an https"):
        resolve("http://10.0.0.7/")


def test_a_receiver_that_speaks_no_tls_gets_nothing(receiver: Receiver):
    target = resolve(receiver.url)._replace(secure=True)
    with pytest.raises(OSError, match=r"SSL|record|EOF|reset"):
        post(target, b"{}", {}, seconds=2)
    assert receiver.got == []


def test_a_receiver_that_drags_on_is_left():
    with socket.socket() as slow:
        slow.bind(("127.0.0.1", 0))
        slow.listen()
        host, port = slow.getsockname()
        began = time.monotonic()
        with pytest.raises(OSError, match="timed out"):
            post(Target(False, host, port, host, "/"), b"{}", {}, seconds=0.3)
        assert time.monotonic() - began < 2


def test_a_schedule_with_an_address_that_nothing_is_sent_to_is_refused():
    with pytest.raises(Refused, match="private network"):
        schedule("https://10.1.2.3/hook")
    assert not Schedule.objects.exists()
