#!/bin/sh
# Creates the clone's .venv and installs the locked requirements with uv; pip installs a missing uv.
set -eu
cd "$(dirname "$0")/.."
if command -v uv >/dev/null 2>&1; then
    [ -x .venv/bin/python ] || uv venv -q --python '>=3.11' .venv
    uv=uv
else
    if [ ! -x .venv/bin/python ]; then
        for python in python3.13 python3.12 python3.11 python3; do
            if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
                break
            fi
            python=
        done
        if [ -z "$python" ]; then
            echo 'error: Python 3.11 or newer is required: https://www.python.org/downloads/' >&2
            exit 3
        fi
        "$python" -m venv .venv
    fi
    .venv/bin/python -m pip install -q uv
    uv=.venv/bin/uv
fi
echo 'Installing the Python packages …' >&2
"$uv" pip install -q --python .venv/bin/python --require-hashes -r requirements-dev.txt
