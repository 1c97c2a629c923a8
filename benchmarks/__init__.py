"""How long our methods take beside their peers; nothing here is asserted."""
