"""Was the material in order?"""

from collections.abc import Iterator

from auditor.audits.findings.finding import Finding
from auditor.audits.findings.words import counted, things
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
