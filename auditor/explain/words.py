"""What kinds of input and tiers of models are called in sentences."""

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
