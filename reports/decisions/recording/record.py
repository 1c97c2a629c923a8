"""Recording decisions: each reference once, sealed, in the ledger, or not at all."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from auditor.common.clock import utc_now
from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.common.store import Store
from auditor.registry.models import ModelVersion
from reports.decisions.errors import Conflict, DecidedLater, DraftRefused, SubjectErased, UnknownModel
from reports.decisions.models import Decision, SendingSystem
from reports.decisions.recording.draft import DecisionDraft
from reports.decisions.recording.filed import Filed, Recorded, filed, reference_index
from reports.decisions.recording.sealing import Handed, sealed_row
from reports.decisions.recording.stored import numbered, written
from reports.decisions.subjects import pseudonym_of, subject_numbers
from reports.keys.subjects import KeyDestroyed, subject_key
from reports.ledger.services import ledger_turn

CLOCK_AHEAD = timedelta(days=1)
"""How far a sending system's clock may be ahead of ours; more than that is a mistaken date."""

Answer = Recorded | DraftRefused


def record(system: SendingSystem, draft: DecisionDraft, *, now: datetime | None = None) -> Recorded:
    """Record one decision; see `record_many`."""
    return record_many(system, [draft], now=now)[0]


def record_many(
    system: SendingSystem, drafts: Sequence[DecisionDraft], *, now: datetime | None = None
) -> list[Recorded]:
    """Record decisions in one transaction and return where each of them is, in their order.

    A reference that is recorded already with the same content is the same decision again. Raises the first
    DraftRefused with its place - Conflict, UnknownModel, DecidedLater, SubjectErased - and then nothing is recorded;
    raises Refused where the system is disabled.
    """
    with transaction.atomic():
        answers = record_good(system, drafts, now=now)
        recorded = []
        for place, answer in enumerate(answers):
            if isinstance(answer, DraftRefused):
                answer.place = place
                raise answer
            recorded.append(answer)
    return recorded


def record_good(
    system: SendingSystem, drafts: Sequence[DecisionDraft], *, now: datetime | None = None
) -> list[Answer]:
    """Record in one transaction all decisions that can be; the answer to any other is why it was refused."""
    if system.disabled_at is not None:
        raise Refused(
            say("The sending system %(system)s is disabled; an officer can say why.", system=system.name)
        )
    return _Batch(system, now or utc_now()).answers(drafts)


class _Batch:
    """One call: every step answers some of the drafts and hands on those that are still to be recorded."""

    def __init__(self, system: SendingSystem, now: datetime) -> None:
        self.system, self.now = system, now
        self.answered: dict[int, Answer] = {}

    def answers(self, drafts: Sequence[DecisionDraft]) -> list[Answer]:
        """Return an answer to each draft."""
        handed = [
            Handed(place, draft, reference_index(self.system, draft.reference), draft.facts())
            for place, draft in enumerate(drafts)
        ]
        firsts = {one.blind: one for one in reversed(handed)}
        with transaction.atomic(savepoint=False):
            new = self._unfiled(one for one in handed if firsts[one.blind] is one)
            self._write(self._sealed(self._with_models(self._in_time(new))))
        for one in handed:
            if one.place not in self.answered:
                self.answered[one.place] = self._again(one, firsts[one.blind])
        return [self.answered[place] for place in range(len(handed))]

    def _refuse(self, one: Handed, why: DraftRefused) -> None:
        self.answered[one.place] = why

    def _unfiled(self, handed: Iterable[Handed]) -> list[Handed]:
        handed = list(handed)
        known = filed(self.system, [one.blind for one in handed])
        for one in handed:
            if one.blind in known:
                self._file(one, known[one.blind])
        return [one for one in handed if one.blind not in known]

    def _file(self, one: Handed, there: Filed) -> None:
        try:
            if there.holds(one.facts):
                self.answered[one.place] = there.recorded
            else:
                self._refuse(one, Conflict(one.draft.reference))
        except KeyDestroyed:
            self._refuse(one, SubjectErased(one.draft.reference))

    def _in_time(self, handed: Iterable[Handed]) -> list[Handed]:
        latest, kept = self.now + CLOCK_AHEAD, []
        for one in handed:
            if one.draft.decided_at > latest:
                self._refuse(one, DecidedLater(one.draft.reference))
            else:
                kept.append(one)
        return kept

    def _with_models(self, handed: Iterable[Handed]) -> list[tuple[Handed, int]]:
        handed, kept = list(handed), []
        digests = {one.draft.model for one in handed}
        versions = dict(
            ModelVersion.objects.filter(digest__in=digests).order_by().values_list("digest", "pk")
        )
        for one in handed:
            if one.draft.model in versions:
                kept.append((one, versions[one.draft.model]))
            else:
                self._refuse(one, UnknownModel(one.draft.model))
        return kept

    def _sealed(self, handed: Sequence[tuple[Handed, int]]) -> list[tuple[Handed, Decision]]:
        pseudonyms = [pseudonym_of(self.system, one.draft.subject) for one, _ in handed]
        numbers = subject_numbers(pseudonyms)
        store, sealed = Store.at(settings.STORAGE_URL), []
        for (one, version), name in zip(handed, pseudonyms, strict=True):
            subject = numbers[name]
            try:
                key = subject_key(subject)
            except KeyDestroyed:
                self._refuse(one, SubjectErased(one.draft.reference))
                continue
            row = sealed_row(
                one, key, system=self.system.pk, subject=subject, version=version, store=store, now=self.now
            )
            sealed.append((one, row))
        return sealed

    def _write(self, sealed: Sequence[tuple[Handed, Decision]]) -> None:
        """Write what is new still: from the turn on nobody else records, so the register is asked once more."""
        if not sealed:
            return
        numbered([row for _, row in sealed])
        ledger_turn()
        places = {one.place for one in self._unfiled(one for one, _ in sealed)}
        kept = [(one, row) for one, row in sealed if one.place in places]
        if not kept:
            return
        written([row for _, row in kept], [one.draft.model for one, _ in kept])
        for one, row in kept:
            self.answered[one.place] = Recorded(row.pk, row.entry, row.recorded_at)

    def _again(self, one: Handed, first: Handed) -> Answer:
        """Answer a draft whose reference came earlier in the same batch."""
        found = self.answered[first.place]
        if one.facts != first.facts:
            return Conflict(one.draft.reference)
        return found._replace(repeated=True) if isinstance(found, Recorded) else found
