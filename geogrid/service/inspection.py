"""An opened workspace that is asked how well its units report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from geogrid.analysis.patrol_rules import PatrolRules
from geogrid.model.window import ALL_TIME, Window
from geogrid.service.layers import is_synthetic
from geogrid.service.outlook import Outlook
from geogrid.service.quality import of_group, quality_json, quality_of_units, write_quality
from geogrid.service.shelf import Progress, no_progress


class Inspection(Outlook):
    """Everything that can be asked of a workspace, also about its own sources."""

    def quality(
        self,
        window: Window = ALL_TIME,
        *,
        rules: PatrolRules | None = None,
        group: str | None = None,
        path: Path | None = None,
        language: str = "en",
        progress: Progress = no_progress,
    ) -> dict[str, Any]:
        """Return how well each unit's receiver reports, worst first.

        Parameters
        ----------
        window
            Days and hours; fixes are counted, and clocks judged, by whole days.
        rules
            Which silence and which speed is too much; the defaults if ``None``.
        group
            Only units of this group; all if ``None``.
        path
            Also write the table, in English, to this file: .csv, .parquet or .xlsx.
        language
            ``en`` or ``zh``.
        progress
            Is told how many patrol days are done.

        Returns
        -------
        dict
            See `geogrid.service.quality.quality_json`.

        Raises
        ------
        LayerNotFoundError
            No tracks are imported.
        InputError
            There is no such group, or the ending of the file is unknown.
        """
        asked = rules or self._questions.rules
        report = self._kept(
            ("quality", window, asked),
            lambda: quality_of_units(self._shelf, window, asked, progress),
        )
        if group is not None:
            report = of_group(self._shelf, report, group)
        if path is not None:
            synthetic = is_synthetic(self._shelf, "coverage")
            write_quality(report, path, window=window, rules=asked, synthetic=synthetic)
        return quality_json(report, language)
