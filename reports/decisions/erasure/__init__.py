"""Erasure (GDPR Art. 17): rows emptied, keys destroyed, documents removed, and a certificate of it."""
