"""`okta-idc`: one module for each subcommand."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 — a clone can run under any Python
    version = ".".join(map(str, sys.version_info[:3]))
    sys.stderr.write(f"okta-idc needs Python 3.11 or later; this is Python {version}.\n")
    sys.exit(2)
