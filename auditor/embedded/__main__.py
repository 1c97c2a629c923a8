"""Command line of the embedded servers: run something beside them, stop them, remove them."""

import subprocess
import sys

from auditor.embedded import environment, remove, stop
from auditor.embedded.entry import guarded

USAGE = """\
usage: python -m auditor.embedded exec -- COMMAND [ARGUMENT ...]   run a command beside the servers
       python -m auditor.embedded stop                             stop the servers, whoever uses them
       python -m auditor.embedded remove                           stop them and delete RETRACE_VAR for good
"""


def main() -> int:
    """Carry out the command line and return the exit status; a command's own status is passed on."""
    match sys.argv[1:]:
        case ["exec", "--", *command] if command:
            return _exec(command)
        case ["stop"]:
            sys.stdout.write("Stopped.\n" if stop() else "Nothing was running.\n")
            return 0
        case ["remove"]:
            remove()
            return 0
        case _:
            sys.stderr.write(USAGE)
            return 2


def _exec(command: list[str]) -> int:
    with environment():
        try:
            child = subprocess.Popen(command)
        except OSError as error:
            sys.stderr.write(f"{command[0]} could not be started: {error.strerror}.\n")
            return 127
        try:
            status = child.wait()
        except KeyboardInterrupt:
            status = child.wait()  # the terminal has told the child too
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait()
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(guarded(main))
