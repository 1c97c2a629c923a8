"""Everything after the evidence: documents, the ledger, decisions."""
