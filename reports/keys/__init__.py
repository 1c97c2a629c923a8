"""The keys of this installation: what signs the ledger's checkpoints, and what signs reports."""
