"""From an interim report to a final one: prepared by one person, read as a preview, signed off by another."""
