"""Issuing what was rendered, reports and letters alike: recorded in the ledger, signed with its proof, kept."""
