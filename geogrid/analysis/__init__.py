"""Pure functions from model values to tables of cells."""
