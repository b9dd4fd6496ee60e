"""The one seam for engines: the same work in local threads, and later on a cluster."""
