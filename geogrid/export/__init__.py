"""Writers of layers: GeoJSON and other formats, and the map in one file."""
