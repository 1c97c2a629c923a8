"""Signing a rendered report: one incremental update adds the ledger's proof, a visible block and a PAdES signature."""
