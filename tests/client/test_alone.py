"""The client needs Python and nothing else."""

import shutil
import subprocess
import sys
from pathlib import Path

import auditor.client


def test_the_folder_works_where_nothing_is_installed(tmp_path):
    shutil.copytree(Path(auditor.client.__file__).parent, tmp_path / "auditor" / "client")
    told = subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            "-c",
            f"import sys; sys.path.insert(0, {str(tmp_path)!r}); "
            "import auditor.client as c; print(c.__file__, 'torch' in sys.modules, 'django' in sys.modules)",
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    assert told.stdout.split() == [str(tmp_path / "auditor/client/__init__.py"), "False", "False"]
