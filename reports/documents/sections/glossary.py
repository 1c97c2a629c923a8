"""The glossary: every technical term that the report prints, in plain words."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from reports.documents.book import Book
from reports.documents.kinds import Text

TERMS: tuple[tuple[Text, Text], ...] = (
    (_("Accumulated local effects"),
     _("How the score changes along one column, measured on items that are near each value, so that no unlikely "
       "items have to be made up.")),
    (_("Accuracy"), _("The share of items whose decision agrees with the label.")),
    (_("Altered, altered so far"),
     _("Altered: decisions that are other ones under a change. Altered so far: those that were other ones at this"
       " dose or a lower one.")),
    (_("Area (deletion, insertion)"),
     _("The area below a curve: how high the score stays on average while places are taken away, or brought back.")),
    (_("Attribution"),
     _("A number for each part of an item that says how much a method credits it with the score of a decision, "
       "for or against.")),
    (_("AUROC (area under the ROC curve)"),
     _("How often a random item of the class scores above a random other item; 0.5 is chance, 1 is always.")),
    (_("Average precision"),
     _("How many of the items that score highest for a class are of that class, averaged over all places where "
       "one could stop.")),
    (_("Balanced accuracy (balanced acc.)"),
     _("The mean over the classes of the share of items decided right, so that a frequent class does not dominate.")),
    (_("Baseline"), _("What a number is compared with: maps that know nothing, or the commonest answer every time.")),
    (_("Brier score"), _("The mean squared distance between scores and labels; 0 is best.")),
    (_("Calibration"),
     _("Whether probabilities come true: of items with a probability of 80 percent, about 80 in 100 should be so."
       " The calibration error says how far they are off.")),
    (_("Cell"), _("One field of the grid that a picture is divided into.")),
    (_("Class"), _("One of the answers that the model can give.")),
    (_("Completeness"),
     _("Some methods promise that a map adds up to the change of the score; the completeness error says by how "
       "much it does not.")),
    (_("Counterfactual"), _("A small change of an item after which the model decides otherwise.")),
    (_("Cramer's V"), _("How far a column goes along with the label: 0 not at all, 1 entirely.")),
    (_("Decision"),
     _("The class with the highest score, or above the threshold: what the model answers for an item.")),
    (_("Deletion and insertion"),
     _("Places of an item are taken away in the order of a map, or brought back in it. If the map is right, the "
       "score falls, or rises, soon.")),
    (_("Digest (SHA-256)"), _("A number computed from bytes; other bytes give another number.")),
    (_("Dose"), _("How strong a change is, in the unit of the change.")),
    (_("Drift"), _("That the items of one set differ from those of an earlier one.")),
    (_("Embedding"), _("The numbers that the last layer of a network reads: how the model itself sees an item.")),
    (_("Energy distance"), _("How far two sets of points lie apart as a whole; 0 for equal sets.")),
    (_("Evidence"), _("The one document that holds everything that was measured; this report only reads it.")),
    (_("Exchange"),
     _("A part of an item is replaced by the same part of another item, or taken away, to see whether the "
       "decision depends on it.")),
    (_("Faithfulness"), _("Whether a map names what the score really depends on, tested by taking places away.")),
    (_("Drop"), _("By how much a number is lower among items that are alike in a column.")),
    (_("Fall of the score"), _("By how much the score of the decided class is lower after a part was exchanged.")),
    (_("Fidelity"), _("How often the surrogate tree decides as the model does, on items that it was not grown on.")),
    (_("Finding"), _("A fixed rule that read the evidence and fired, with its numbers and its threshold.")),
    (_("Gain over random"), _("By how much a map orders places better than maps that know nothing; 0 is no better.")),
    (_("Gap"), _("The difference of a number between a group and all other items.")),
    (_("Gradient"), _("How the score would change if one number of the input changed a little.")),
    (_("Group, intersection"),
     _("The items with one value of a column, such as a site; an intersection has one value of each of two "
       "columns.")),
    (_("Harmless dose"),
     _("A change so small that nobody would notice it, or that is everyday practice; the plan fixes it.")),
    (_("Holm's correction (adjusted p, corrected p)"),
     _("Who makes many tests finds something by chance. The correction raises each p so that this is accounted "
       "for; such a p is called adjusted or corrected.")),
    (_("Held-out items"), _("Items that were kept aside, so that what was made from the others can be tested.")),
    (_("Infidelity"), _("The error with which a map foretells what happens without some parts; 0 is best.")),
    (_("Interim report"), _("A report that nobody has signed off.")),
    (_("Interval"),
     _("The range in which the number would lie in the stated share of repetitions with other items of the same "
       "kind.")),
    (_("Item"), _("One thing that the model was asked about: a picture, a volume, a row of a table, a graph.")),
    (_("Kolmogorov-Smirnov"),
     _("The largest distance between the distributions of two sets, from 0, equal, to 1, apart.")),
    (_("Label"), _("The answer that the validation set calls right; people gave it, and it can be wrong.")),
    (_("Layer"), _("A stage of a network; or one slab of a volume.")),
    (_("Ledger"), _("A list that only grows; each change to an earlier entry would show.")),
    (_("Loadings"), _("How much of a column goes into a principal component.")),
    (_("Local fit (R²)"),
     _("The share of the score's variation near an item that a simple stand-in reproduces; 1 is all of it, 0 none.")),
    (_("Localisation (mass, rank and peak inside)"),
     _("How much of the positive attribution lies in the relevant region, how many of the highest places, and how"
       " often the highest one.")),
    (_("Loss"),
     _("How bad the model's probabilities are for the labels, on average; measured in nats, a unit of "
       "information.")),
    (_("Map"), _("The attributions to all parts of one item, drawn as a picture.")),
    (_("Max-sensitivity"),
     _("The largest change of a map under noise that nobody sees, in multiples of the map; 0 is best.")),
    (_("Merkle root"), _("One digest that stands for all items of a set; it changes when any of them does.")),
    (_("Method"), _("A procedure that computes maps; its card says how, and what it can miss.")),
    (_("n"), _("The number of items that a number rests on.")),
    (_("p"),
     _("How often chance alone would give a difference as large. A small p speaks against chance; a large one "
       "shows nothing.")),
    (_("Parameters"), _("The numbers in a model that training has set; of a method, what can be chosen about it.")),
    (_("Partial dependence"), _("The mean score over all items when one part alone is set to each value in turn.")),
    (_("Partial R²"), _("The share of the differences between items of one label that a column accounts for.")),
    (_("Permutation importance"), _("How much the loss grows when one part is shuffled among the items.")),
    (_("Places"), _("The smallest parts that a map speaks of: points of a picture, columns, nodes.")),
    (_("Plan"), _("Everything that was fixed before the run: methods, thresholds, numbers of items, the seed.")),
    (_("Positive and negative predictive value"),
     _("Of the items decided as a class, the share that are of it; of those decided otherwise, the share that are"
       " not.")),
    (_("Prediction gap"),
     _("How far the score moves when the parts that a map calls important are drawn anew, and when the others are.")),
    (_("Prevalence"), _("The share of a class among the items.")),
    (_("Principal component"),
     _("A direction in which items differ most; a few of them describe where items lie. The share of the variance"
       " says how much of all differences one holds.")),
    (_("Random maps"), _("Maps of noise: what any method has to be better than.")),
    (_("Rank"), _("The place of a method when they are ordered by their gain.")),
    (_("Rank correlation"), _("Whether two maps order places alike: 1 the same order, 0 unrelated, -1 the reverse.")),
    (_("Relevant region"),
     _("The part of an item that the validation set marks as the one a decision should rest on: by a mask, or by "
       "a graph's list of relevant nodes.")),
    (_("Reliability diagram"), _("A chart of calibration: what came true against what was foretold.")),
    (_("Robustness"), _("Whether decisions stay the same under changes that should not matter.")),
    (_("SAGE"),
     _("How much of the loss is saved by knowing a part, shared fairly among all parts (a Shapley value).")),
    (_("Sanity"),
     _("Whether a map changes when the model, the class or the item does. A map that does not shows something "
       "else.")),
    (_("Score"), _("The number between 0 and 1 that the model gives a class.")),
    (_("Seed"), _("A number from which all chance of the audit is drawn, so that it can be repeated.")),
    (_("Sensitivity, specificity"),
     _("The share of items of a class that are recognised, and the share of other items that are not taken for it.")),
    (_("Sensitivity-n"),
     _("The correlation of what a map foretells with what happens when parts are taken away; 1 is best.")),
    (_("Shift of the mean"), _("How far the mean of a component moved, in standard deviations of the earlier set.")),
    (_("Shortcut, proxy"),
     _("Something that merely goes along with the label in this set, and that the model goes by: a marker, a "
       "device, a site.")),
    (_("Stability"), _("Whether a map holds still under noise that nobody sees, and with another seed.")),
    (_("Standard error"),
     _("How far a sampled value would typically differ with other samples; differences smaller than about twice "
       "of it may be chance.")),
    (_("Surrogate tree"),
     _("A few questions with yes or no that imitate the decisions of the model; a leaf is an answer of it.")),
    (_("Threshold"),
     _("The number that a measurement is held against. Those of the plan were fixed before the run.")),
    (_("Trusted"), _("A method whose maps passed the tests of faithfulness and sanity, and failed none.")),
    (_("Undecided"), _("A test whose interval includes the threshold: too few items to tell.")),
    (_("Validation set"), _("The items with their labels on which the model was asked.")),
    (_("Variance"), _("How much items differ in a number.")),
    (_("Weights"), _("The file with the numbers that training has set; they are the model.")),
)  # fmt: skip


def context(book: Book) -> dict[str, object]:
    """Return the terms in the order of the reader's language."""
    return {"entries": list(_sorted())}


def _sorted() -> Iterator[tuple[str, str]]:
    found = ((str(term), str(meaning)) for term, meaning in TERMS)
    return iter(sorted(found, key=lambda pair: pair[0].casefold()))
