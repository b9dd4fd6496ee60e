#!/bin/sh
# Remove compiled kernels that may be out of date. numba keeps them per source file, and does not
# notice when a kernel in another file that they call has changed.
set -eu
folder=geogrid/kernels
kept="$folder/__pycache__"
[ -d "$kept" ] || exit 0
newest=$(ls -t "$folder"/*.py | head -n 1)
if [ -n "$(find "$kept" -name '*.nbi' ! -newer "$newest" | head -n 1)" ]; then
    find "$kept" -name '*.nb[ic]' -delete
fi
