"""Print the accepted architectures with the options that each takes."""

import sys

from auditor.explain.architectures import find, names

for _name in names():
    _architecture = find(_name)
    _options = ", ".join(_architecture.options.model_fields)
    sys.stdout.write(f"{_name}\n    {_architecture.summary}\n    config: {_options}\n")
