"""How a snapshot names what officers declared about findings: sections, and the columns of their one row."""

OWNER, STATUS = "finding owner", "finding status"
WHO, DUE = "owner", "due"
KIND, REASON, FOLLOW_UP = "kind", "reason", "follow_up"
