"""The register of decisions: recorded, re-traced, contested, reviewed, notified, restricted and erased."""
