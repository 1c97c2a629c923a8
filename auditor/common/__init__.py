"""What every part may use: errors, clock, canonical JSON, digests, the content store. Standard library only."""
