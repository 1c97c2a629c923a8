"""What was found of shortcuts, as the evidence records it."""

from auditor.explain.document import Document


class Shortcuts(Document):
    """What was measured of shortcuts."""
