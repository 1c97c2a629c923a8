"""The last step of every example: hand model and set in, audit them, and write the report."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
OUT = Path("var/examples")


def audit(model: Path, data: Path, report: Path, plan: str = "standard") -> None:
    """Run `manage.py audit`; raises CalledProcessError where no report was written."""
    report.unlink(missing_ok=True)
    paths = ["--model", str(model.resolve()), "--data", str(data.resolve()), "--out", str(report.resolve())]
    subprocess.run([sys.executable, "manage.py", "audit", *paths, "--plan", plan], cwd=ROOT, check=True)
