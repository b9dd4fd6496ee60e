"""An opened workspace that takes lists of other offices into its registers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from geogrid.analysis.register_pairs import WITHIN_M
from geogrid.io import ReadOptions
from geogrid.service import merging
from geogrid.service.import_results import ImportResult
from geogrid.service.imports import ImportNote
from geogrid.service.merging import Proposal, accepted_pairs, propose, write_table
from geogrid.service.outlook import Outlook


class Merges(Outlook):
    """Everything that can be asked of a workspace, also which entries two lists share."""

    def propose_merge(
        self, kind: str, path: Path, options: ReadOptions, *, within_m: float = WITHIN_M
    ) -> Proposal:
        """Return which entries of a file may be ones that are registered; nothing is stored.

        Parameters
        ----------
        kind
            Such as ``cameras``.
        path
            The other list.
        options
            What is declared of it.
        within_m
            Metres.

        Returns
        -------
        Proposal
            The pairs.

        Raises
        ------
        LayerNotFoundError
            Nothing of that kind is registered.
        InputError
            The file cannot be used.
        """
        return propose(self._shelf, kind, path, options, within_m=within_m)

    def write_pairs(self, proposal: Proposal, path: Path) -> None:
        """Write pairs as CSV, to be marked by a person.

        Parameters
        ----------
        proposal
            From `propose_merge`.
        path
            The file.
        """
        write_table(proposal, path)

    def merge(self, proposal: Proposal, accept: str) -> ImportResult:
        """Take a list into the register: confirmed pairs fill gaps, other entries are added.

        Parameters
        ----------
        proposal
            From `propose_merge`.
        accept
            ``same``, ``all``, ``none``, or the file of pairs with yes in its column ``accept``.

        Returns
        -------
        ImportResult
            As of an import.

        Raises
        ------
        InputError
            The file does not list these pairs.
        """
        pairs = accepted_pairs(proposal, accept)
        note = ImportNote(datetime.now(UTC).replace(microsecond=0))
        with self._lock:
            return merging.merge(self._shelf, proposal, pairs, note)
