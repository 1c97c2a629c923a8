"""The append-only log: a Merkle tree whose every head can be signed and proved."""
