"""What a plan of sites is asked for, as a value and as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Final

from geogrid.analysis.siting import SitingParams
from geogrid.errors import InputError
from geogrid.model.window import ALL_TIME, Window
from geogrid.service.json_fields import JsonFields

MODELS: Final = ("mclp", "lscp", "p-median")
CANDIDATES: Final = ("grid", "roads", "register")
EVERY: Final = "all"  # all districts, of least coverage
MOST_BEARINGS: Final = 72
_MOST_IDS: Final = 10_000
_HIGHEST_M: Final = 500.0  # as in the register of cameras
_WINDOW: Final = ("from", "to", "hours", "weekdays")
FIELDS: Final = (
    *("new", "budget", "model", "candidates", "range", "weight", *_WINDOW, "share", "backup"),
    *("bearings", "view_angle", "least", "required", "forbidden", "pairs"),
    *("gap", "time_limit", "seed", "curve", "robust", "price_zones"),
    *("district", "height", "plain_views"),
)


@dataclass(frozen=True, slots=True)
class PlanRules:
    """What a plan must keep to.

    Parameters
    ----------
    budget
        What all new sites may cost together; ``None`` where their number is given.
    bearings
        Directions that are tried on each pole whose candidate states none; one is chosen.
    view_angle_deg
        View angle of each such direction, degrees in (0, 360].
    backup
        Worth of a second view, as a share of the first's.
    least
        District (id, name, or ``all``) and the share of its demand that must be covered.
    required, forbidden
        Ids of candidates that must be, or must not be, in the plan.
    pairs
        Ids of candidates that may not both be in it.

    Raises
    ------
    InputError
        The number of bearings or the view angle cannot be.
    """

    budget: int | None = None
    bearings: int = 1
    view_angle_deg: float = 360.0
    backup: float = 0.0
    least: tuple[tuple[str, float], ...] = ()
    required: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.bearings <= MOST_BEARINGS:
            raise InputError(
                "the number of bearings must be 1 to {most}, got {got}",
                most=MOST_BEARINGS,
                got=self.bearings,
            )
        if not 0.0 < self.view_angle_deg <= 360.0:
            raise InputError("view angles must be in (0, 360] degrees")


@dataclass(frozen=True, slots=True)
class SitingQuestion:
    """What a plan is asked for.

    Parameters
    ----------
    new
        Number of new sites; not looked at by ``lscp``.
    model
        ``mclp``: cover most with so many; ``lscp``: as few as cover ``share``; ``p-median``:
        nearest to demand, beside the police rooms.
    candidates
        ``grid``: centres of cells with demand; ``roads``: ends of road lines; ``register``:
        the register ``candidates`` where there is one, else cameras with status planned.
    range_m
        How far a new site reaches, metres, > 0; a candidate's own range goes before.
    weight
        What demand is: a name of `geogrid.service.siting_demand.WEIGHTS`; ``None`` for
        incidents where there are some, else land.
    window
        Which incidents count.
    share
        Of the demand that ``lscp`` is to cover.
    rules
        What a plan must keep to.
    params
        When to stop.
    curve
        Whether worth by number of sites is worked out too.
    robust
        Whether the plan is tried under other ranges and months, and its safe sites named.
    price_zones
        Whether a second plan that may stand and look into zones tells what they cost.
    district
        Id or name of the only district where sites may stand and demand counts; ``None`` for all.
    height_m
        Of new sites above ground, metres, > 0; a candidate's own goes before, ``None`` where it
        is not known.
    plain_views
        Whether buildings are left out, so that nothing hides demand.

    Raises
    ------
    InputError
        There is no such model or kind of candidates, or the number of sites is missing.
    """

    new: int | None = None
    model: str = "mclp"
    candidates: str = "grid"
    range_m: float = 250.0
    weight: str | None = None
    window: Window = ALL_TIME
    share: float = 1.0
    rules: PlanRules = field(default_factory=PlanRules)
    params: SitingParams = field(default_factory=SitingParams)
    curve: bool = False
    robust: bool = False
    price_zones: bool = False
    district: str | None = None
    height_m: float | None = None
    plain_views: bool = False

    def __post_init__(self) -> None:
        if self.model not in MODELS:
            raise InputError(
                "unknown model {model!r}; give one of {known}",
                model=self.model,
                known=", ".join(MODELS),
            )
        if self.candidates not in CANDIDATES:
            raise InputError(
                "unknown candidates {candidates!r}; give one of {known}",
                candidates=self.candidates,
                known=", ".join(CANDIDATES),
            )
        if self.height_m is not None and not 0.0 < self.height_m <= _HIGHEST_M:
            raise InputError(
                "the height of new sites must be over 0 m and at most {most:g} m, got {got}",
                most=_HIGHEST_M,
                got=self.height_m,
            )
        self._require_fitting_extras()
        if self.model == "lscp":
            return
        if self.new is None and self.rules.budget is None:
            raise InputError("how many new sites? give --new N, or --budget COST")
        if self.new is not None and self.rules.budget is not None:
            raise InputError("give the number of new sites or a budget, not both")
        if self.model == "p-median" and self.new is None:
            raise InputError("how many new posts? p-median needs --new N")

    @property
    def has_curve(self) -> bool:
        """Whether what k sites can be worth is known for every k up to the plan's."""
        return self.model == "mclp" and self.rules.budget is None and not self.rules.least

    def _require_fitting_extras(self) -> None:
        """Refuse what a plan of this model cannot be asked for besides."""
        if self.curve and not self.has_curve:
            raise InputError(
                "a curve needs the model mclp and a number of sites: no costs, no least coverage"
            )
        if (self.robust or self.price_zones) and self.model != "mclp":
            raise InputError("other ranges and months, and the price of zones, need the model mclp")

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values, from which `question_of` makes it again."""
        rules = asdict(self.rules)
        rules["view_angle"] = rules.pop("view_angle_deg")
        rules["least"] = dict(self.rules.least)
        for name in ("required", "forbidden"):
            rules[name] = list(rules[name])
        rules["pairs"] = [list(pair) for pair in self.rules.pairs]
        return {
            "new": self.new,
            "model": self.model,
            "candidates": self.candidates,
            "range": self.range_m,
            "weight": self.weight,
            **self.window.as_json(),
            "share": self.share,
            **rules,
            "gap": self.params.gap,
            "time_limit": self.params.time_limit_s,
            "seed": self.params.seed,
            "curve": self.curve,
            "robust": self.robust,
            "price_zones": self.price_zones,
            "district": self.district,
            "height": self.height_m,
            "plain_views": self.plain_views,
        }


def question_of(body: object, *, longest_s: float = 600.0) -> SitingQuestion:
    """Return the question that a JSON object asks.

    Parameters
    ----------
    body
        The object; its fields are those of the command ``site``.
    longest_s
        The longest search that is allowed.

    Returns
    -------
    SitingQuestion
        What is left out has its default.

    Raises
    ------
    InputError
        A field is unknown or cannot be used.
    """
    given = JsonFields(body, FIELDS, "question")
    usual = SitingQuestion(new=1)
    texts = (given.text(name) for name in _WINDOW)
    return SitingQuestion(
        new=given.whole("new", least=1, most=10**6),
        model=given.text("model") or usual.model,
        candidates=given.text("candidates") or usual.candidates,
        range_m=given.number("range", least=0.001, most=200_000.0) or usual.range_m,
        weight=given.text("weight"),
        window=Window.parse(*texts),
        share=_or(given.number("share", least=0.0, most=1.0), usual.share),
        rules=_rules(given),
        params=SitingParams(
            _or(given.number("gap", least=0.0, most=0.99), usual.params.gap),
            given.number("time_limit", least=0.1, most=longest_s) or min(20.0, longest_s),
            given.whole("seed", least=0, most=2**31) or 0,
        ),
        curve=given.flag("curve"),
        robust=given.flag("robust"),
        price_zones=given.flag("price_zones"),
        district=given.text("district"),
        height_m=given.number("height", least=0.001, most=_HIGHEST_M),
        plain_views=given.flag("plain_views"),
    )


def _or(value: float | None, usual: float) -> float:
    return usual if value is None else value


def _rules(given: JsonFields) -> PlanRules:
    usual = PlanRules()
    shares = given.mapping("least")
    each = JsonFields(shares, tuple(shares), "least")
    least = tuple((name, each.number(name, least=0.0, most=1.0) or 0.0) for name in shares)
    pairs = []
    for pair in given.items("pairs", most=_MOST_IDS):
        if not isinstance(pair, list) or len(pair) != 2 or not all(map(_is_text, pair)):
            raise InputError("a forbidden pair needs two different candidates")
        pairs.append((pair[0], pair[1]))
    return PlanRules(
        budget=given.whole("budget", least=1, most=2**53),
        bearings=given.whole("bearings", least=1, most=MOST_BEARINGS) or 1,
        view_angle_deg=given.number("view_angle", least=0.001, most=360.0) or usual.view_angle_deg,
        backup=given.number("backup", least=0.0, most=1.0) or 0.0,
        least=least,
        required=given.texts("required", most=_MOST_IDS),
        forbidden=given.texts("forbidden", most=_MOST_IDS),
        pairs=tuple(pairs),
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str)
