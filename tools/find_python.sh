#!/bin/sh
# Print the path of a Python that can run the project, or say what is missing.
set -u

for name in ${PYTHON:-python3 python3.11 python3.12 python3.13 python3.14}; do
    path=$(command -v "$name") || continue
    "$path" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
    if "$path" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "$path"
        exit 0
    fi
    echo "$path cannot make environments; on Debian: apt-get install python3-venv" >&2
    exit 1
done

cat >&2 <<TEXT
No Python 3.11 or newer was found.
  Debian, Ubuntu:  apt-get install python3 python3-venv
  macOS:           brew install python@3.12
  elsewhere:       make install PYTHON=/path/to/python3.12
TEXT
exit 1
