"""Start of the process that reads hostile files: ``python -m`` this module.

pyarrow loads pandas to ask whether a list is one of its tables. Without pandas the readers work
as well, and the process starts in half the time; on a busy machine that is seconds.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.abc import MetaPathFinder


class WithoutPandas(MetaPathFinder):
    """A finder that says of pandas that it is not installed."""

    def find_spec(self, fullname: str, *_: object) -> None:
        """Refuse pandas, and leave every other module to the next finder.

        Parameters
        ----------
        fullname
            The module that is wanted.
        *_
            Where it would be; not looked at.

        Raises
        ------
        ModuleNotFoundError
            It is pandas.
        """
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname, name=fullname)


if __name__ == "__main__":
    sys.meta_path.insert(0, WithoutPandas())
    import_module("geogrid.io.apart_reader").main()
