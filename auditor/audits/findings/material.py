"""Was the material in order?"""

from collections.abc import Iterator

from auditor.audits.findings.finding import Finding, Threshold
from auditor.audits.findings.words import by_kind, percent, rounded
from auditor.common.said import count, ours, say, sentences
from auditor.explain.evidence import Evidence

_TWICE = {
    "image": say("The validation set holds the same image more than once"),
    "volume": say("The validation set holds the same volume more than once"),
    "graph": say("The validation set holds the same graph more than once"),
    "table": say("The validation set holds the same row more than once"),
}
_TWO_LABELS = {
    "image": say("The same image has two labels"),
    "volume": say("The same volume has two labels"),
    "graph": say("The same graph has two labels"),
    "table": say("The same row has two labels"),
}
_ALIKE = {
    "image": say("Some items look like the same image, stored twice"),
    "volume": say("Some items look like the same volume, stored twice"),
    "graph": say("Some items look like the same graph, stored twice"),
    "table": say("Some items look like the same row, stored twice"),
}


def duplicates(evidence: Evidence) -> Iterator[Finding]:
    """Fire where items occur more than once in the set."""
    facts = evidence.validation_set
    if facts.duplicates:
        yield Finding(
            id="duplicates",
            rule="duplicates",
            rule_version=1,
            severity="warning",
            title=by_kind(evidence, _TWICE),
            sentence=count(
                "%(n)s item is a copy of another of the %(items)s; copies make intervals look narrower than they are.",
                "%(n)s items are copies of another of the %(items)s; copies make intervals look narrower than they "
                "are.",
                facts.duplicates,
                items=facts.items,
            ),
            pointer="/validation_set/duplicates",
            hook="GDPR Art. 5(1)(d)",
            action=say("Remove the copies from the validation set and audit again."),
        )


def two_labels(evidence: Evidence) -> Iterator[Finding]:
    """Fire where the same content carries two labels; rows and graphs may be alike by chance, pictures are not."""
    found = evidence.validation_set.copies.exact
    if not found.labels:
        return
    pair = next(pair for pair in found.listed if pair.labels)
    drawn = evidence.model.spec.input.kind in ("image", "volume")
    yield Finding(
        id="two-labels",
        rule="two-labels",
        rule_version=1,
        severity="critical" if drawn else "warning",
        title=by_kind(evidence, _TWO_LABELS),
        sentence=count(
            "%(n)s pair of items with the same content has different labels: %(first)s and %(second)s; at most one "
            "label of the pair can be right, and every rate that was measured counts both.",
            "%(n)s pairs of items with the same content have different labels, such as %(first)s and %(second)s; at "
            "most one label of each pair can be right, and every rate that was measured counts both.",
            found.labels,
            first=pair.first,
            second=pair.second,
        ),
        pointer="/validation_set/copies/exact/labels",
        hook="GDPR Art. 5(1)(d)",
        action=say("Find out which label is right, correct labels.csv, and audit again."),
    )


def near_copies(evidence: Evidence) -> Iterator[Finding]:
    """Fire where items differ in content and yet are one to all appearances."""
    found = evidence.validation_set.copies.near
    if not found.count:
        return
    first = found.listed[0]
    said = (
        count(
            "%(n)s pair of items differs in content and hardly in what it shows: %(first)s and %(second)s.",
            "%(n)s pairs of items differ in content and hardly in what they show, such as %(first)s and %(second)s.",
            found.count,
            first=first.first,
            second=first.second,
        )
        if found.complete
        else count(
            "At least %(n)s pair of items differs in content and hardly in what it shows, such as %(first)s and "
            "%(second)s.",
            "At least %(n)s pairs of items differ in content and hardly in what they show, such as %(first)s and "
            "%(second)s.",
            found.count,
            first=first.first,
            second=first.second,
        )
    )
    more = (
        [count("%(n)s pair has two labels.", "%(n)s pairs have two labels.", found.labels)]
        if found.labels
        else []
    )
    joined = [
        count(
            "%(n)s pair joins two values of %(column)s.",
            "%(n)s pairs join two values of %(column)s.",
            one.pairs,
            column=one.column,
        )
        for one in found.across
    ]
    yield Finding(
        id="near-copies",
        rule="near-copies",
        rule_version=1,
        severity="note" if evidence.model.spec.input.kind == "graph" else "warning",
        title=by_kind(evidence, _ALIKE),
        sentence=sentences(said, *more, *joined),
        pointer="/validation_set/copies/near/count",
        hook="GDPR Art. 5(1)(d)",
        action=say(
            "Look at the pairs that are listed with the set; keep one item of each that is one, and audit again."
        ),
    )


def unlabelled(evidence: Evidence) -> Iterator[Finding]:
    """Fire where rows have no label: a warning where they are many, or fall on groups unequally."""
    found, plan = evidence.validation_set.unlabelled, evidence.plan
    if not found.missing:
        return
    share, most = found.missing / found.rows, plan.thresholds.unlabelled
    least = 1 - plan.confidence
    unequal = [
        group
        for group in found.groups
        if group.p is not None and group.p < least and group.rows >= plan.minimum_group
    ]
    unequal = sorted(unequal, key=lambda group: (-group.missing / group.rows, group.column, group.value))
    told = [
        say(
            "In the group %(column)s = %(value)s the share is %(share)s, and the difference from the rest is beyond "
            "chance (Fisher's exact test, p = %(p)s after Holm's correction).",
            column=group.column,
            value=group.value,
            share=percent(group.missing / group.rows),
            p=rounded(group.p),
        )
        for group in unequal[:1]
    ]
    counted = count(
        "%(n)s row of %(rows)s (%(share)s) has no label and is in no result.",
        "%(n)s rows of %(rows)s (%(share)s) have no label and are in no result.",
        found.missing,
        rows=found.rows,
        share=percent(share),
    )
    yield Finding(
        id="unlabelled",
        rule="unlabelled",
        rule_version=1,
        severity="warning" if share > most or unequal else "note",
        title=say("Some rows of the set have no label"),
        sentence=sentences(counted, *told),
        threshold=Threshold(name="unlabelled", value=most),
        pointer="/validation_set/unlabelled",
        hook="AI Act Art. 10(3)",
        action=say("Find out why these labels are missing, have them added, and hand the set in again."),
    )


def seen_in_training(evidence: Evidence) -> Iterator[Finding]:
    """Fire where the model was trained on items of the set."""
    found = evidence.validation_set.training
    if found.seen:
        yield Finding(
            id="seen-in-training",
            rule="seen-in-training",
            rule_version=1,
            severity="critical",
            title=say("The model was trained on items of this set"),
            sentence=count(
                "%(n)s item of %(items)s is on the list of what the model was trained on: %(first)s; how well a model "
                "does on items that it has learnt says nothing of how it does on others.",
                "%(n)s items of %(items)s are on the list of what the model was trained on, such as %(first)s; how "
                "well a model does on items that it has learnt says nothing of how it does on others.",
                found.seen,
                items=evidence.validation_set.items,
                first=found.items[0],
            ),
            pointer="/validation_set/training/seen",
            hook="AI Act Art. 10(3)",
            action=say(
                "Take these items out of the set, or validate on one that was collected apart, and audit again."
            ),
        )


def burned_in(evidence: Evidence) -> Iterator[Finding]:
    """Fire where headers make it likely that text about a person is drawn into pictures."""
    found = evidence.validation_set.deidentification
    if found is not None and found.burned_in:
        yield Finding(
            id="burned-in",
            rule="burned-in",
            rule_version=1,
            severity="warning",
            title=say("Text about people may be drawn into the pictures"),
            sentence=count(
                "%(n)s file has a header that makes text within the picture likely, of %(files)s that were read; what "
                "names a person was taken out of the headers, and nothing was changed in the pictures.",
                "%(n)s files have a header that makes text within the picture likely, of %(files)s that were read; "
                "what names a person was taken out of the headers, and nothing was changed in the pictures.",
                found.burned_in,
                files=found.files,
            ),
            pointer="/validation_set/deidentification/burned_in",
            hook="GDPR Art. 5(1)(c)",
            action=say(
                "Look through these pictures for names, dates and numbers, blacken them, and hand the set in again."
            ),
        )


def incidents(evidence: Evidence) -> Iterator[Finding]:
    """Fire where something went wrong with single items while the run went on."""
    happened = evidence.incidents
    if happened:
        yield Finding(
            id="incidents",
            rule="incidents",
            rule_version=1,
            severity="warning",
            title=say("Some items could not be processed as planned"),
            sentence=count(
                "%(n)s incident was recorded while the audit ran; it concerns item %(item)s: %(what)s",
                "%(n)s incidents were recorded while the audit ran; the first concerns item %(item)s: %(what)s",
                len(happened),
                item=happened[0].item,
                what=ours(happened[0].what),
            ),
            pointer="/incidents",
            hook="GDPR Art. 5(2)",
            action=say("Read the list of incidents, mend what is named there and audit again."),
        )
