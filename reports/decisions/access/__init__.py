"""Access (GDPR Art. 15, 20): everything that the register holds about a person, in one folder."""
