"""The one seam for engines that run work in parts."""
