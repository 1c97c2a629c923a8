"""What the web process and the scheduler leave to the workers."""

import subprocess
import sys

import pytest

LOADED = "import sys; print(sorted({{'torch', 'captum', 'monai', 'weasyprint'}} & set(sys.modules)))"


@pytest.mark.parametrize(
    "module",
    [
        "auditor.urls",
        "auditor.registry.tasks",
        "auditor.audits.tasks",
        "auditor.jobs.tasks",
        "reports.documents.tasks",
    ],
)
def test_neither_the_web_nor_the_scheduler_loads_torch_or_weasyprint(module):
    code = f"import django; django.setup(); import {module}; {LOADED.format()}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr
