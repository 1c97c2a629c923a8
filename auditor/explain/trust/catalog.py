"""The trust measures by name: what each asks, which way is better, how it is computed and by which paper."""

from typing import Literal, NamedTuple

from auditor.common.said import say
from auditor.explain.trust.documents import Aspect


class Kind(NamedTuple):
    """One measure.

    Attributes
    ----------
    aspect : what it speaks of
    better : which way is better; "neither" where a number only describes
    how : what the number is, as it stands beside it in the evidence
    paper : where it was proposed; empty for a control of our own
    """

    aspect: Aspect
    better: Literal["higher", "lower", "neither"]
    how: str
    paper: str


_RISE = "V. Petsiuk, A. Das, K. Saenko: RISE. BMVC 2018"
_OPENXAI = "C. Agarwal et al.: OpenXAI. NeurIPS 2022"
_ADEBAYO = "J. Adebayo et al.: Sanity Checks for Saliency Maps. NeurIPS 2018"
_YEH = "C.-K. Yeh et al.: On the (In)fidelity and Sensitivity of Explanations. NeurIPS 2019"
_ARRAS = "L. Arras, A. Osman, W. Samek: CLEVR-XAI. Information Fusion 81, 2022"
_POINT = "J. Zhang et al.: Top-Down Neural Attention by Excitation Backprop. ECCV 2016"

MEASURES: dict[str, Kind] = {
    "deletion": Kind(
        "faithfulness",
        "lower",
        say("mean area under the deletion curve of the explained class's probability"),
        _RISE,
    ),
    "insertion": Kind(
        "faithfulness",
        "higher",
        say("mean area under the insertion curve of the explained class's probability"),
        _RISE,
    ),
    "gain": Kind(
        "faithfulness",
        "higher",
        say(
            "mean over items of half of (insertion - random insertion + random deletion - deletion), "
            "areas under curves"
        ),
        _RISE,
    ),
    "infidelity": Kind(
        "faithfulness",
        "lower",
        say(
            "mean over items of the squared error with which a map, scaled at its best, foretells "
            "the change of the logit when parts are taken away, over the mean squared change"
        ),
        _YEH,
    ),
    "sensitivity_n": Kind(
        "faithfulness",
        "higher",
        say(
            "mean over items and sizes of the correlation between the attribution of parts and the "
            "change of the logit without them"
        ),
        "M. Ancona et al.: Towards better understanding of gradient-based attribution methods. ICLR 2018",
    ),
    "gap_important": Kind(
        "faithfulness",
        "higher",
        say("mean change of the probability when the columns with the largest attributions are drawn anew"),
        _OPENXAI,
    ),
    "gap_unimportant": Kind(
        "faithfulness",
        "lower",
        say("mean change of the probability when all other columns are drawn anew"),
        _OPENXAI,
    ),
    "randomised": Kind(
        "sanity",
        "lower",
        say("mean rank correlation of the absolute map with that of the model with all weights random"),
        _ADEBAYO,
    ),
    "other_class": Kind(
        "sanity",
        "lower",
        say("mean rank correlation of the map with that for another class"),
        "L. Sixt, M. Granz, T. Landgraf: When Explanations Lie. ICML 2020",
    ),
    "other_item": Kind(
        "sanity",
        "lower",
        say("mean rank correlation of the map with the map of another item"),
        "",
    ),
    "max_sensitivity": Kind(
        "stability",
        "lower",
        say("mean over items of the largest relative change of the map under imperceptible noise"),
        _YEH,
    ),
    "seeds": Kind(
        "stability",
        "higher",
        say("mean rank correlation of the map with that of another seed"),
        "G. Visani et al.: Statistical stability indices for LIME. JORS 73, 2022",
    ),
    "region_mass": Kind(
        "localisation",
        "higher",
        say("mean share of the positive attribution that lies in the relevant region"),
        _ARRAS,
    ),
    "region_rank": Kind(
        "localisation",
        "higher",
        say("mean share of as many highest places as the relevant region has that lie in it"),
        _ARRAS,
    ),
    "region_hit": Kind(
        "localisation",
        "higher",
        say("share of items whose highest place lies in the relevant region"),
        _POINT,
    ),
    "region_area": Kind(
        "localisation", "neither", say("mean share of places in the relevant region"), _ARRAS
    ),
    "box_mass": Kind(
        "localisation",
        "higher",
        say("mean share of the positive attribution that lies in the marked boxes"),
        _ARRAS,
    ),
    "box_rank": Kind(
        "localisation",
        "higher",
        say("mean share of as many highest places as the marked boxes have that lie in them"),
        _ARRAS,
    ),
    "box_hit": Kind(
        "localisation", "higher", say("share of items whose highest place lies in a marked box"), _POINT
    ),
    "box_area": Kind("localisation", "neither", say("mean share of places in the marked boxes"), _ARRAS),
}
