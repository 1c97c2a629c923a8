"""What counted most, and what would have changed the result."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from auditor.explain.counterfactuals.documents import Alternative, CounterfactualRecord, RegionRecord
from auditor.explain.evidence import ItemRecord
from auditor.language import said
from reports.documents.book import Book
from reports.documents.letter.facts import LetterFacts
from reports.documents.letter.reasons import Part, Reasons, reasons
from reports.documents.letter.section import Picture, Section
from reports.documents.portraits import portrait
from reports.documents.portraits.table import TablePortrait
from reports.documents.sections.changed import changed

_ALTERNATIVES = 2


def counted(facts: LetterFacts, book: Book) -> Section:
    """Return the section on what counted most; raises RetraceError where a map or a picture is missing."""
    found = reasons(facts.evidence, book.store, facts.entry.item)
    return _unknown(facts) if found is None else _known(facts, book, found)


def _unknown(facts: LetterFacts) -> Section:
    tried = len(facts.evidence.trust.methods)
    return Section(
        title=_("What counted most?"),
        paragraphs=(
            _(
                "We cannot name a single point that counted most. We would have to guess, and we do not want to."
            ),
            ngettext(
                "There are methods that look into such a program. We tested %(n)d of them on this program. It did "
                "not pass all of its tests, so we do not use it here.",
                "There are methods that look into such a program. We tested %(n)d of them on this program. None of "
                "them passed all of its tests, so we do not use them here.",
                tried,
            )
            % {"n": tried}
            if tried
            else _("The methods that look into such a program were not tested here. So we do not use them."),
            _(
                "What we did instead: we measured how often the program is right and how often it is wrong. You can "
                "read that below."
            ),
        ),
    )


def _known(facts: LetterFacts, book: Book, found: Reasons) -> Section:
    item = facts.entry.item
    return Section(
        title=_("What counted most?"),
        paragraphs=(
            _("These points of your case contributed most to the result. The strongest comes first."),
        ),
        points=_points(facts, book, item, found),
        picture=_picture(facts, book, item, found),
        after=(
            _(
                "We found this with the method “%(method)s”. We tested the method on this program first, and it passed."
            )
            % {"method": said(found.title)},
            _("This shows what the program used. It does not show whether the result is right."),
        ),
    )


def _points(facts: LetterFacts, book: Book, item: ItemRecord, found: Reasons) -> tuple[str, ...]:
    kind = facts.evidence.model.spec.input.kind
    if kind == "table":
        drawn = portrait(facts.evidence, book.store)
        if not isinstance(drawn, TablePortrait):
            raise TypeError("rows of a table are drawn by TablePortrait")
        written = drawn.written(item)
        return tuple(_column(part, *written[part.place]) for part in found.parts)
    if kind == "image":
        return tuple(_place(part) for part in found.parts)
    return ()


def _column(part: Part, title: str, value: str) -> str:
    words = {"column": title, "value": value}
    if part.weight > 0:
        return _("“%(column)s”, in your case %(value)s: this spoke for the result.") % words
    return _("“%(column)s”, in your case %(value)s: this spoke against the result.") % words


def _place(part: Part) -> str:
    places = (
        _("top left"), _("top"), _("top right"), _("left"), _("middle"), _("right"),
        _("bottom left"), _("bottom"), _("bottom right"),
    )  # fmt: skip
    words = {"place": places[part.place]}
    if part.weight > 0:
        return _("Part of the picture: %(place)s. This part spoke for the result.") % words
    return _("Part of the picture: %(place)s. This part spoke against the result.") % words


def _picture(facts: LetterFacts, book: Book, item: ItemRecord, found: Reasons) -> Picture | None:
    kind = facts.evidence.model.spec.input.kind
    if kind == "table":
        return None
    drawn = portrait(facts.evidence, book.store)
    return Picture(
        url=book.keep(drawn.draw(item, found.method, drawn.scales([item]))),
        alt=_("The picture of the case, with the parts in colour that counted. They are named in the list."),
        caption=_("Red spoke for the result, blue against it. Without colour: it hardly counted."),
    )


def otherwise(facts: LetterFacts) -> Section:
    """Return the section on what would have changed the result."""
    item = facts.entry.item
    found = next((one for one in facts.evidence.survey.counterfactuals if one.item == item.entry.id), None)
    title = _("What would have changed the result?")
    if found is not None and found.row is not None and found.row.alternatives:
        return Section(
            title,
            (_("We tried other values in the program. With these, its result would have been another one:"),),
            tuple(_alternative(facts, one) for one in _few(found.row)),
            after=(_("This is no advice. It only shows how the program reacts."),),
        )
    if found is not None and found.regions is not None and found.regions.alternatives:
        return Section(title, (_regions(found.regions),))
    if found is not None:
        return Section(
            title,
            (
                _(
                    "We looked for small changes with another result and found none that is likely in real life."
                ),
            ),
        )
    return Section(title, (_("This was not measured for your case."),))


def _few(record: CounterfactualRecord) -> tuple[Alternative, ...]:
    return record.alternatives[:_ALTERNATIVES]


def _alternative(facts: LetterFacts, one: Alternative) -> str:
    changes = "; ".join(
        _("“%(column)s” %(after)s instead of %(before)s")
        % {"column": found.title, "after": found.after, "before": found.before}
        for found in (changed(facts.evidence, change) for change in one.changes)
    )
    return _("%(changes)s: then “%(result)s”.") % {"changes": changes, "result": one.predicted}


def _regions(record: RegionRecord) -> str:
    first = record.alternatives[0]
    words = {"share": f"{100 * first.area:.0f}", "result": first.predicted}
    return (
        _(
            "We painted over a part of the picture so that it looks like what is around it. With %(share)s of 100 "
            "parts of the picture painted over, the result would have been “%(result)s”."
        )
        % words
    )
