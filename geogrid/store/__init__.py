"""Where a workspace keeps things: facts in Parquet, registers in a GeoPackage, its log in SQLite."""
