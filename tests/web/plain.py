"""The pages that everyone signed in can look at, whatever there is to be seen."""

PLAIN = (
    "home",
    "runs",
    "findings",
    "decisions",
    "due-decisions",
    "reviewers",
    "models",
    "sets",
    "plans",
    "new-plan",
    "schedules",
    "new-run",
    "new-schedule",
)
