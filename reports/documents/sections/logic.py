"""The surrogate tree and the method cards."""

from django.utils.translation import gettext as _

from auditor.explain.evidence import Feature, MethodCard, MethodSummary
from auditor.language import said
from reports.documents.book import Book
from reports.documents.figures.tree import tree
from reports.documents.formats import percent
from reports.documents.numbers import Notes


def context(book: Book) -> dict[str, object]:
    """Return what the pages on the surrogate tree and on the methods print."""
    found, notes = book.evidence.surrogate, Notes()
    drawn = tree(found.nodes, _features(book)) if found.nodes and found.refused is None else None
    card_notes = Notes()
    return {
        "surrogate": found,
        "minimum": percent(book.evidence.plan.surrogate.minimum_fidelity, 0),
        "fidelity": notes.share(found.fidelity) if found.fidelity else None,
        "baseline": notes.share(found.baseline) if found.baseline else None,
        "tree": book.asset(drawn, "image/svg+xml") if drawn else None,
        "first": _first(book) if drawn else "",
        "rules": [
            (said(rule.text), notes.share(rule.agreement) if rule.agreement else None) for rule in found.rules
        ],
        "surrogate_notes": notes.texts,
        "cards": [
            *(_card(method, card_notes) for method in book.evidence.methods),
            *({"card": card, "kind": _kind(card), "applicable": True} for card in book.evidence.cards),
        ],
        "card_notes": card_notes.texts,
    }


def _features(book: Book) -> list[Feature]:
    """Return the features of the tree with our words for them; columns of a table have their own."""
    found = book.evidence.surrogate.features
    if book.evidence.model.spec.input.kind == "table":
        return list(found)
    return [one.model_copy(update={"title": said(one.title), "unit": said(one.unit)}) for one in found]


def _first(book: Book) -> str:
    """Return the title of what the tree asks about first; empty for a tree that asks nothing."""
    asked = book.evidence.surrogate.nodes[0].feature
    return next((one.title or one.name for one in _features(book) if one.name == asked), asked or "")


def _kind(card: MethodCard) -> str:
    """Return what sort of method a card is about, in a line."""
    parts = (said(part) for part in (card.family, card.kind, card.scope, card.stage))
    words = {
        "predictions": _("needs the answers of the model only"),
        "gradients": _("needs the gradients of the model"),
        "layers": _("needs the layers of the model"),
    }
    return ", ".join((*parts, words[card.needs]))


def _card(method: MethodSummary, notes: Notes) -> dict[str, object]:
    return {
        "card": method.card,
        "kind": _kind(method.card),
        "parameters": ", ".join(f"{name} = {value}" for name, value in sorted(method.parameters.items()))
        or "–",
        "applicable": method.applicable,
        "reason": method.reason,
        "outside": notes.share(method.outside) if method.outside else None,
        "completeness": notes.share(method.completeness) if method.completeness else None,
        "fit": notes.plain(method.fit) if method.fit else None,
        "noise": notes.share(method.noise) if method.noise else None,
    }
