"""Was the material in order?"""

from collections.abc import Iterator

from auditor.audits.findings.finding import Finding, Threshold
from auditor.audits.findings.words import counted, percent, things
from auditor.explain.evidence import Evidence


def duplicates(evidence: Evidence) -> Iterator[Finding]:
    """Fire where items occur more than once in the set."""
    facts = evidence.validation_set
    if facts.duplicates:
        yield Finding(
            id="duplicates",
            rule="duplicates",
            rule_version=1,
            severity="warning",
            title=f"The validation set holds the same {things(evidence).item} more than once",
            sentence=(
                f"{counted(facts.duplicates, 'item is a copy', 'items are copies')} of another of the "
                f"{facts.items}; "
                "copies make intervals look narrower than they are."
            ),
            pointer="/validation_set/duplicates",
            hook="GDPR Art. 5(1)(d)",
            action="Remove the copies from the validation set and audit again.",
        )


def two_labels(evidence: Evidence) -> Iterator[Finding]:
    """Fire where the same content carries two labels; rows and graphs may be alike by chance, pictures are not."""
    found, item = evidence.validation_set.copies.exact, things(evidence).item
    if not found.labels:
        return
    pair = next(pair for pair in found.listed if pair.labels)
    drawn = evidence.model.spec.input.kind in ("image", "volume")
    yield Finding(
        id="two-labels",
        rule="two-labels",
        rule_version=1,
        severity="critical" if drawn else "warning",
        title=f"The same {item} has two labels",
        sentence=(
            f"{counted(found.labels, 'pair', 'pairs')} of items with the same content have different labels, such as "
            f"{pair.first} and {pair.second}; at most one label of each pair can be right, and every rate that was "
            "measured counts both."
        ),
        pointer="/validation_set/copies/exact/labels",
        hook="GDPR Art. 5(1)(d)",
        action="Find out which label is right, correct labels.csv, and audit again.",
    )


def near_copies(evidence: Evidence) -> Iterator[Finding]:
    """Fire where items differ in content and yet are one to all appearances."""
    found, item = evidence.validation_set.copies.near, things(evidence).item
    if not found.count:
        return
    first = found.listed[0]
    many = "" if found.complete else "at least "
    joined = [
        f"{counted(one.pairs, 'pair joins', 'pairs join')} two values of {one.column}" for one in found.across
    ]
    more = [f"{counted(found.labels, 'pair has', 'pairs have')} two labels"] if found.labels else []
    yield Finding(
        id="near-copies",
        rule="near-copies",
        rule_version=1,
        severity="note" if evidence.model.spec.input.kind == "graph" else "warning",
        title=f"Some items look like the same {item}, stored twice",
        sentence=(
            f"{many}{counted(found.count, 'pair', 'pairs')} of items differ in content and hardly in what they show, "
            f"such as {first.first} and {first.second}. {' '.join(f'{one}.' for one in [*more, *joined])}"
        ).strip(),
        pointer="/validation_set/copies/near/count",
        hook="GDPR Art. 5(1)(d)",
        action="Look at the pairs that are listed with the set; keep one item of each that is one, and audit again.",
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
    told = "".join(
        f" In the group {group.column} = {group.value} they are {percent(group.missing / group.rows)}, and the "
        f"difference from the rest is beyond chance (Fisher's exact test, p = {group.p:.2g} after Holm's correction)."
        for group in unequal[:1]
    )
    yield Finding(
        id="unlabelled",
        rule="unlabelled",
        rule_version=1,
        severity="warning" if share > most or unequal else "note",
        title="Some rows of the set have no label",
        sentence=(
            f"{counted(found.missing, 'row', 'rows')} of {found.rows} ({percent(share)}) "
            f"{'has' if found.missing == 1 else 'have'} no label and {'is' if found.missing == 1 else 'are'} in no "
            f"result.{told}"
        ),
        threshold=Threshold(name="unlabelled", value=most),
        pointer="/validation_set/unlabelled",
        hook="AI Act Art. 10(3)",
        action="Find out why these labels are missing, have them added, and hand the set in again.",
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
            title="The model was trained on items of this set",
            sentence=(
                f"{counted(found.seen, 'item', 'items')} of {evidence.validation_set.items} "
                f"{'is' if found.seen == 1 else 'are'} on the list of what the model was trained on, such as "
                f"{found.items[0]}; how well a model does on items that it has learnt says nothing of how it does on "
                "others."
            ),
            pointer="/validation_set/training/seen",
            hook="AI Act Art. 10(3)",
            action="Take these items out of the set, or validate on one that was collected apart, and audit again.",
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
            title="Text about people may be drawn into the pictures",
            sentence=(
                f"{counted(found.burned_in, 'file has', 'files have')} a header that makes text within the picture "
                f"likely, of {found.files} that were read; what names a person was taken out of the headers, and "
                "nothing was changed in the pictures."
            ),
            pointer="/validation_set/deidentification/burned_in",
            hook="GDPR Art. 5(1)(c)",
            action="Look through these pictures for names, dates and numbers, blacken them, and hand the set in again.",
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
            title="Some items could not be processed as planned",
            sentence=(
                f"{counted(len(happened), 'incident was', 'incidents were')} recorded while the audit "
                f"ran; the first "
                f"concerns item {happened[0].item}: {happened[0].what}"
            ),
            pointer="/incidents",
            hook="GDPR Art. 5(2)",
            action="Read the list of incidents, mend what is named there and audit again.",
        )
