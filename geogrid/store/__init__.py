"""Where a workspace keeps things: Parquet for facts, a GeoPackage for registers, SQLite logs."""
