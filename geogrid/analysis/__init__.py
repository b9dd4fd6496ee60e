"""Pure functions from values to tables of cells."""
