"""Declared reviewers: the database keeps what was declared, and lets it be withdrawn once."""

import pytest
from django.db import IntegrityError, transaction

from auditor.common.clock import utc_now
from reports.decisions.models import Reviewer
from reports.decisions.reviewers import as_declared, current_reviewers, reviewer_declare, reviewer_withdraw

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(ada, bea) -> Reviewer:
    return reviewer_declare(bea, authority="the board", known_as=["b.worth"], by=ada)


def test_a_declaration_is_what_the_rules_read(row, bea):
    found = as_declared(row)
    assert (found.id, found.authority, found.known_as) == ("bea", "the board", ("b.worth", "Bea Worth"))


def test_a_withdrawn_declaration_is_not_current(row, ada):
    assert list(current_reviewers()) == [row]
    reviewer_withdraw(row, by=ada)
    assert not current_reviewers()


@pytest.mark.parametrize(
    "change", [{"authority": "nobody"}, {"known_as": []}, {"withdrawn_at": None, "withdrawn_by": 1}]
)
def test_the_database_keeps_a_declaration(row, ada, change):
    change = {key: ada.pk if value == 1 else value for key, value in change.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Reviewer.objects.filter(pk=row.pk).update(**change)
    reviewer_withdraw(row, by=ada)
    with pytest.raises(IntegrityError), transaction.atomic():
        Reviewer.objects.filter(pk=row.pk).update(withdrawn_at=utc_now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Reviewer.objects.filter(pk=row.pk).delete()
