"""Checkpoints kept where whoever rewrites this database cannot reach: in files, by e-mail, in other databases."""
