"""The letter to a data subject about one decision: what counted, how sure it is, what they can do (Art. 15)."""
