"""The register page by page: every decision once, in its order, whatever is asked for."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.common.errors import NotFound, Refused
from reports.decisions.actors import officer
from reports.decisions.models import Decision
from reports.decisions.pages import Filter, Place, counted, page
from reports.decisions.queries import decision_numbered
from reports.decisions.recording.record import record_many
from reports.decisions.state import Contested, Restricted, State
from reports.decisions.transitions import Change, events_apply
from tests.decisions import drafts
from tests.decisions.drafts import NOW

pytestmark = pytest.mark.django_db


def walked(asked: Filter, size: int) -> list[Decision]:
    found, place = [], None
    while True:
        rows, place = page(asked, place, size)
        found += rows
        if place is None:
            return found
        assert len(rows) == size
        place = Place.parse(str(place))


@pytest.fixture
def register() -> list[Decision]:
    """Two systems, two models, three decisions at each moment; every third is contested, every fifth restricted."""
    batch = [
        drafts.draft(
            reference=f"r-{n}",
            subject=f"s-{n}",
            model=drafts.version(str(n % 2)).digest,
            decided_at=(NOW - timedelta(hours=n // 3)).isoformat(),
        )
        for n in range(30)
    ]
    for sender in (drafts.system("a"), drafts.system("b")):
        record_many(sender, batch, now=NOW)
    ada = officer(drafts.person("ada"))
    numbers = sorted(Decision.objects.values_list("pk", flat=True))
    changes = [
        Change(number, Contested(actor=ada, reason="r", received_at=NOW - timedelta(days=number % 7)))
        for number in numbers[::3]
    ]
    events_apply([*changes, *(Change(n, Restricted(actor=ada, reason="r")) for n in numbers[::5])], now=NOW)
    return list(Decision.objects.all())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    st.frozensets(st.sampled_from(State), max_size=3),
    st.sampled_from([None, 0, 1]),
    st.sampled_from([None, 0, 1]),
    st.sampled_from([None, 2, 5]),
    st.sampled_from([None, 1, 3]),
    st.sampled_from([None, True, False]),
    st.booleans(),
    st.integers(1, 20),
)
def test_pages_together_are_what_was_asked_for(
    register, states, system, version, since, until, restricted, due, size
):
    systems = sorted({row.system_id for row in register})
    versions = sorted({row.model_version_id for row in register})
    asked = Filter(
        states=states,
        system=None if system is None else systems[system],
        version=None if version is None else versions[version],
        since=None if since is None else NOW - timedelta(hours=since),
        until=None if until is None else NOW - timedelta(hours=until),
        restricted=restricted,
        due_until=NOW + timedelta(days=28) if due else None,
    )
    wanted = [
        row
        for row in register
        if (not states or row.state in states)
        and asked.system in (None, row.system_id)
        and asked.version in (None, row.model_version_id)
        and (asked.since is None or row.decided_at >= asked.since)
        and (asked.until is None or row.decided_at < asked.until)
        and restricted in (None, row.restricted)
        and (not due or (row.due is not None and row.due <= asked.due_until))
    ]
    if due:
        wanted.sort(key=lambda row: (row.due, row.pk))
    else:
        wanted.sort(key=lambda row: (row.decided_at, row.pk), reverse=True)
    assert walked(asked, size) == wanted
    assert counted(asked) == len(wanted)
    assert counted(asked, 3) == min(3, len(wanted))


def test_all_versions_of_a_model(register):
    model = register[0].model_version.model_id
    assert counted(Filter(model=model)) == len(register) == 60
    assert counted(Filter(model=model + 1)) == 0


def test_a_page_goes_on_where_the_last_one_ended_although_more_came(register):
    first = page(Filter(), None, 10)
    drafts.recorded(reference="new", decided_at=NOW.isoformat())
    second = page(Filter(), first.following, 10)
    assert all(before.decided_at >= after.decided_at for before, after in pairwise(first.rows + second.rows))
    assert not {row.pk for row in first.rows} & {row.pk for row in second.rows}


def test_a_line_needs_no_more_questions(register, django_assert_num_queries):
    with django_assert_num_queries(1):
        for row in page(Filter()).rows:
            assert row.system.name
            assert row.model_version.model.name


@pytest.mark.parametrize("text", ["", "x", "1", "1.", "1.2.3", "9" * 18 + ".1", "-1.-1"])
def test_an_address_that_is_no_place(text):
    with pytest.raises(Refused, match="no place in the register"):
        Place.parse(text)


def test_a_number_that_nobody_has():
    with pytest.raises(NotFound, match="no decision 17"):
        decision_numbered(17)
