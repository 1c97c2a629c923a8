"""What is called how in sentences, and the words of evidence that a report prints as they are."""

from collections.abc import Mapping

from auditor.common.said import Said, say

KINDS: Mapping[str, Said] = {
    "image": say("image"),
    "volume": say("volume"),
    "table": say("table"),
    "graph": say("graph"),
}
TIERS: Mapping[str, Said] = {
    "predictions": say("predictions"),
    "gradients": say("gradients"),
    "layers": say("layers"),
}
PRINTED = (
    # outcomes of tests and lines of evidence
    say("found"),
    say("not found"),
    say("undecided"),
    say("not tested"),
    say("passed"),
    say("failed"),
    say("not measured"),
    # why an item is in the gallery
    say("methods disagree"),
    say("worst error"),
    say("least certain"),
    say("typical"),
    # what a method is
    say("visualisation"),
    say("backpropagation"),
    say("perturbation"),
    say("surrogate"),
    say("projection"),
    say("attribution"),
    say("example"),
    say("local"),
    say("global"),
    say("before the model"),
    say("in the model"),
    say("after the model"),
    # aspects of explanations
    say("faithfulness"),
    say("sanity"),
    say("stability"),
    say("completeness"),
    say("agreement"),
    say("localisation"),
    # in place of a value that an item does not have
    say("not stated"),
)
"""Values of documents that are words; `auditor.language.said` says them in other languages."""
