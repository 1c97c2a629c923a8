"""What graded changes do, as the evidence records it."""

from auditor.explain.document import Document


class Robustness(Document):
    """What was measured under graded changes."""
