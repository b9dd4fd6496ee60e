"""Where a workspace keeps its facts, registers and log."""
