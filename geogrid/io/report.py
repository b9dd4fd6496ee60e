"""What reading a file came to: counts, refused rows, warnings, and how it was read."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from geogrid.analysis.datum_guard import DatumGuard
from geogrid.crs import Datum

Status = Literal["accept", "accept_warn", "quarantine", "reject"]
SHOWN: Final = 5  # refused rows and warnings that a summary spells out

# The sentences a summary is made of, in one place for translation.
_COUNTS: Final = (
    "{file}: {accepted} of {read} rows accepted, {refused} refused, {duplicates} repeated"
)
_ROW: Final = "row {row}, {field} {value!r}: {reason}"
_ROW_AND_LINE: Final = "row {row} (spreadsheet row {line}), {field} {value!r}: {reason}"


def _unchanged(template: str) -> str:
    return template


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for the user: a template and its values.

    Parameters
    ----------
    template
        English, with ``{name}`` fields.
    values
        The values of the fields.
    """

    template: str
    values: Mapping[str, object] = dataclasses.field(default_factory=dict)

    def render(self, translate: Callable[[str], str] = _unchanged) -> str:
        """Return the sentence with its template passed through ``translate``.

        Parameters
        ----------
        translate
            Returns the template in another language; unchanged by default.

        Returns
        -------
        str
            The sentence.
        """
        return translate(self.template).format(**self.values)

    def __str__(self) -> str:
        return self.render()


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused row.

    Parameters
    ----------
    row
        Number of the data record, from 1; the header is not counted.
    field
        The field that is at fault.
    value
        What the file says there, shortened.
    reason
        English template.
    values
        The values of the template's fields.
    record
        The whole row, from field to text, so that it can be corrected; empty where the file
        does not give it.
    line
        The row that a spreadsheet program shows it in, from 1; 0 for what is no table.
    """

    row: int
    field: str
    value: str
    reason: str
    values: Mapping[str, object] = dataclasses.field(default_factory=dict)
    record: Mapping[str, str] = dataclasses.field(default_factory=dict)
    line: int = 0

    def render(self, translate: Callable[[str], str] = _unchanged) -> str:
        """Return one line that names row, field, value and reason.

        Parameters
        ----------
        translate
            Returns a template in another language; unchanged by default.

        Returns
        -------
        str
            The line.
        """
        return translate(_ROW_AND_LINE if self.line else _ROW).format(
            row=self.row,
            line=self.line,
            field=self.field,
            value=self.value,
            reason=translate(self.reason).format(**self.values),
        )


@dataclass(frozen=True, slots=True)
class ReadReport:
    """What reading one file came to.

    Parameters
    ----------
    file
        Name of the file, without its folder.
    kind
        What it was read as.
    sha256
        Hash of the file's bytes.
    read, accepted, duplicates
        Data rows in the file, rows kept, and rows that repeat a kept one exactly.
    refusals
        The other rows, by row number.
    warnings
        What was read but needs a look.
    synthetic
        The file says of itself that its data is synthetic.
    options
        Datum, time zone and columns that were used.
    """

    file: str
    kind: str
    sha256: str
    read: int
    accepted: int
    duplicates: int
    refusals: tuple[Refusal, ...] = ()
    warnings: tuple[Message, ...] = ()
    synthetic: bool = False
    options: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def status(self) -> Status:
        """What became of the file as a whole; ``reject`` when no row was kept."""
        if self.accepted == 0:
            return "reject"
        if self.refusals:
            return "quarantine"
        return "accept_warn" if self.warnings else "accept"

    @property
    def bad_rows(self) -> tuple[int, ...]:
        """The row numbers that were refused, rising."""
        return tuple(sorted({refusal.row for refusal in self.refusals}))

    def summary(self, translate: Callable[[str], str] = _unchanged) -> str:
        """Return the counts, the first refused rows and the first warnings, a line each.

        Parameters
        ----------
        translate
            Returns a template in another language; unchanged by default.

        Returns
        -------
        str
            Some lines of text.
        """
        head = translate(_COUNTS).format(
            file=self.file,
            accepted=self.accepted,
            read=self.read,
            refused=len(self.refusals),
            duplicates=self.duplicates,
        )
        rows = [refusal.render(translate) for refusal in self.refusals[:SHOWN]]
        warnings = [warning.render(translate) for warning in self.warnings[:SHOWN]]
        return "\n".join([head, *rows, *warnings])


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user says of a file that the file does not say itself.

    Parameters
    ----------
    datum
        Datum of the coordinates; ``None`` when not declared.
    time_zone
        IANA name of the zone of times without an offset.
    speed_unit
        ``kmh``, ``ms``, ``mph`` or ``kn``.
    columns
        From field to the column that has it.
    area
        Box (xmin, ymin, xmax, ymax) in degrees, WGS-84; a position outside is refused.
    unit
        The unit of all fixes of a file whose rows name none: a receiver's or a phone's log.
    guard
        Roads that judge the datum of positions; ``None`` where there are none.
    trust_datum
        The declared datum holds, whatever roads say.
    """

    datum: Datum | None = None
    time_zone: str | None = None
    speed_unit: str | None = None
    columns: Mapping[str, str] = dataclasses.field(default_factory=dict)
    area: tuple[float, float, float, float] | None = None
    unit: str | None = None
    guard: DatumGuard | None = None
    trust_datum: bool = False
