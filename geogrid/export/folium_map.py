"""Maps by folium: one HTML file to hand on, and a map in a notebook; neither needs a network."""

from __future__ import annotations

import html
import os
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

import folium
from branca.element import Figure
from folium.elements import JSCSSMixin
from folium.template import Template

from geogrid.crs import WGS84, crs_fingerprint
from geogrid.errors import InputError
from geogrid.export.map_data import MapData, MapOptions, map_data
from geogrid.export.one_file import one_file_page, script_json
from geogrid.model.cells import CellTable
from geogrid.model.layer import Layer, Provenance

NOTEBOOK_HEIGHT: Final = "560px"
SCRIPTS: Final = (  # in the order they are loaded
    "lattice.js",
    "lattice_paint.js",
    "lattice_layer.js",
    "snapshot_data.js",
    "snapshot_format.js",
    "snapshot_parts.js",
    "snapshot.js",
)


class OfflineFigure(Figure):
    """A page that holds all it needs; a file that does not ship with the package is refused.

    Parameters
    ----------
    title
        The page's title, as plain text.
    language
        Code for ``<html lang>``.
    """

    def __init__(self, title: str, language: str) -> None:
        super().__init__(title=html.escape(title), height=NOTEBOOK_HEIGHT)
        self.language = language

    def render(self, **kwargs: object) -> str:
        """Return the page as HTML, with everything it names inside.

        Parameters
        ----------
        **kwargs
            As branca passes them on.

        Returns
        -------
        str
            The page.

        Raises
        ------
        InputError
            An element on the map asks for a file that does not ship with the package.
        """
        return one_file_page(super().render(**kwargs), language=self.language)


class LatticeMap(folium.Map):
    """A map without tiles that loads Leaflet, and nothing else, from the package.

    Parameters
    ----------
    figure
        The page that it stands on.
    centre
        Latitude and longitude in degrees, WGS-84.
    """

    def __init__(self, figure: Figure, centre: tuple[float, float]) -> None:
        super().__init__(location=centre, tiles=None, zoom_start=8)
        self.default_js = [("leaflet", "vendor/leaflet/leaflet.js")]
        self.default_css = [("leaflet_css", "vendor/leaflet/leaflet.css")]
        self._id = "lattice"  # a random id would make each file another one
        figure.add_child(self)


class LatticeElement(JSCSSMixin):
    """The cells on a folium map: carries their data and starts the script that draws them.

    Parameters
    ----------
    data
        What the map holds.
    """

    _template = Template(
        """
        {% macro html(this, kwargs) %}
        <script type="application/json" id="lattice-manifest">{{ this.manifest }}</script>
        {% for name, text in this.blobs.items() %}
        <script type="text/plain" id="lattice-blob-{{ name }}">{{ text }}</script>
        {% endfor %}
        {% endmacro %}
        {% macro script(this, kwargs) %}
        geogridSnapshot.start({{ this._parent.get_name() }}, "lattice");
        {% endmacro %}
        """
    )

    def __init__(self, data: MapData) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca has no types here
        self._name = "LatticeElement"
        self._id = "data"
        self.default_js = [(name, name) for name in SCRIPTS]
        self.default_css = [("snapshot.css", "snapshot.css")]
        self.manifest = script_json(data.manifest)
        self.blobs = data.blobs


def one_file_map(
    layers: Sequence[Layer],
    path: str | os.PathLike[str],
    *,
    title: str,
    language: str = "en",
    time_zone: str = "UTC",
    columns: Mapping[str, Sequence[str]] | None = None,
) -> Path:
    """Write a map as one HTML file that opens anywhere, without a network; return its path.

    Parameters
    ----------
    layers
        At least one lattice layer, all on one grid, and registers. The map opens with the
        first column of the first.
    path
        The file, replaced when it is there.
    title
        The map's title.
    language
        ``en`` or ``zh``: what it opens in; a reader can change it.
    time_zone
        Name of the zone that times are shown in.
    columns
        The columns of each lattice layer, by its id; what a layer is about by default.

    Returns
    -------
    Path
        The file: at most 1 MB and Leaflet, the same bytes for the same layers and options.

    Raises
    ------
    InputError
        There is no lattice layer, the layers are on different grids, or one layer comes twice.
    """
    target = Path(path)
    options = MapOptions(title, language, time_zone, columns or {})
    page = lattice_map(layers, options).get_root().render()
    part = target.with_name(f".{target.name}.part")
    part.write_text(page, encoding="utf-8", newline="\n")
    part.replace(target)
    return target


def lattice_map(layers: Sequence[Layer], options: MapOptions) -> folium.Map:
    """Return a folium map of layers, to which more can be added that ships with the package.

    Parameters
    ----------
    layers
        As for `one_file_map`.
    options
        Title, language, time zone and columns.

    Returns
    -------
    folium.Map
        On a page that needs no network.

    Raises
    ------
    InputError
        As for `one_file_map`.
    """
    data = map_data(layers, options)
    grid = next(layer.table.grid for layer in layers if isinstance(layer.table, CellTable))
    xmin, ymin, xmax, ymax = grid.boundary.to_crs(WGS84).bounds
    figure = OfflineFigure(options.title, "zh-CN" if options.language == "zh" else "en")
    drawn = LatticeMap(figure, (round((ymin + ymax) / 2, 5), round((xmin + xmax) / 2, 5)))
    drawn.add_child(LatticeElement(data))
    return drawn


def explored(table: CellTable, column: str | None) -> folium.Map:
    """Return a map of a table for a notebook.

    Parameters
    ----------
    table
        The table.
    column
        The column it opens with; the first that is not text if ``None``. The other columns
        can be chosen on the map.

    Returns
    -------
    folium.Map
        It needs no network.

    Raises
    ------
    InputError
        The table has no column that can be drawn, or ``column`` is text.
    LayerNotFoundError
        There is no such column.
    """
    drawable = [field.name for field in table.fields if field.scale != "text"]
    if column is not None and table.field(column).name not in drawable:
        raise InputError(
            "column {column} is text and cannot be drawn; choose a column of numbers, "
            "times or categories",
            column=column,
        )
    if not drawable:
        raise InputError(
            "the table has no column that can be drawn; got {columns}",
            columns=[field.name for field in table.fields],
        )
    first = column or drawable[0]
    names = [first, *(name for name in drawable if name != first)]
    crs = crs_fingerprint(table.grid.spec.crs)
    layer = Layer(
        "table",
        "Cells",
        table,
        table.fields,
        Provenance(inputs={}, parameters={}, version=version("geogrid"), crs=crs, data_as_of=None),
    )
    title = table.field(first).title
    return lattice_map([layer], MapOptions(title, columns={"table": names}))
