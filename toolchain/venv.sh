#!/bin/sh
# Creates the clone's .venv, and installs a locked requirements file into it: sh toolchain/venv.sh FILE
# With uv if it is installed, otherwise with Python's own pip; nothing is installed without a hash.
set -eu
cd "$(dirname "$0")/.."
file=${1:?usage: sh toolchain/venv.sh FILE}
if command -v uv >/dev/null 2>&1; then
    [ -x .venv/bin/python ] || uv venv -q --python '>=3.11' .venv
    set -- uv pip install -q --python .venv/bin/python
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
    set -- .venv/bin/python -m pip install -q --disable-pip-version-check
fi
echo 'Installing the Python packages …' >&2
"$@" --require-hashes -r "$file"
