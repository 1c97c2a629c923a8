"""The letter to a data subject about one decision: what counted, how sure it is, and what they can do (GDPR Art. 15)."""
