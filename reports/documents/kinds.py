"""What the items of each kind are called, and what was done to their parts, in the words of the report."""

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from auditor.explain.spec import Modality

Text = str | Promise


class Words(NamedTuple):
    """The words that a report uses for one kind of input.

    Attributes
    ----------
    parts : the title of the chapter on parts
    exchange : how parts were compared
    changed : what the summary says of that comparison
    features : what the surrogate tree asks about
    unreal : the limit of exchanging parts
    elsewhere : where what holds here need not hold
    relevant : what decisions should rest on, where the set says so
    area : what the size of that is counted in
    marked : which items of the set say so
    """

    parts: Text
    exchange: Text
    changed: Text
    features: Text
    unreal: Text
    elsewhere: Text
    relevant: Text = _("the relevant region")
    area: Text = _("area")
    marked: Text = _("Items with a mask of the relevant region")


_PICTURES = Words(
    parts=_("Which image regions matter"),
    exchange=_(
        "A region of an image was replaced by the same region of an image with another label, item by item over the "
        "whole set. Counted is how often the decision changed, and how far the score fell."
    ),
    changed=_("Which parts of the images changed decisions when exchanged for those of another patient."),
    features=_("simple features of the image"),
    unreal=_(
        "Exchanging regions between images can create images that do not occur in practice; a changed decision then "
        "says that the region is used, not how."
    ),
    elsewhere=_(
        "Everything here was measured on one validation set. What holds on it need not hold on images from other "
        "devices, sites or groups."
    ),
)

WORDS: Mapping[Modality, Words] = {
    "image": _PICTURES,
    "volume": _PICTURES._replace(
        parts=_("Which regions of the volumes matter"),
        exchange=_(
            "A region of a volume was replaced by the same region of a volume with another label, item by item over "
            "the whole set. Counted is how often the decision changed, and how far the score fell."
        ),
        changed=_(
            "Which parts of the volumes changed decisions when exchanged for those of another patient."
        ),
        features=_("simple features of the volume"),
    ),
    "table": Words(
        parts=_("Which columns matter"),
        exchange=_(
            "The value of one column was replaced by that of a row with another label, row by row over the whole "
            "set. Counted is how often the decision changed, and how far the score fell."
        ),
        changed=_("Which columns changed decisions when their value was exchanged for that of another row."),
        features=_("the columns of the table"),
        unreal=_(
            "Exchanging single values between rows can create rows that do not occur in practice; a changed decision "
            "then says that the column is used, not how."
        ),
        elsewhere=_(
            "Everything here was measured on one validation set. What holds on it need not hold on rows from other "
            "places, times or groups."
        ),
    ),
    "graph": Words(
        parts=_("Which parts of the graphs matter"),
        exchange=_(
            "A feature of all nodes was set to its mean, all edges were taken away, or some nodes with their edges, "
            "graph by graph over the whole set. A node that is asked about stays. Counted is how often the decision "
            "changed, and how far the score fell."
        ),
        changed=_("Which features and parts of the graphs changed decisions when they were taken away."),
        features=_("simple features of the graph"),
        unreal=_(
            "Taking nodes or features away can create graphs that do not occur in practice; a changed decision then "
            "says that they are used, not how."
        ),
        elsewhere=_(
            "Everything here was measured on one validation set. What holds on it need not hold on graphs from "
            "another source."
        ),
        relevant=_("the relevant nodes"),
        area=_("share of nodes"),
        marked=_("Graphs that name relevant nodes"),
    ),
}
