"""What a hazard is: a value that says what is wrong with a county's portal, how it is done, whom it hurts and what the ledger should then say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from demo.dialect import Dialect, Handler
from demo.faults import Fault
from demo.ledger import State
from demo.site import Article, Site

Wrap = Callable[
    [Site, Dialect, str, Handler], Handler
]  # site, dialect, the host's role, how it would answer → how it answers
Hurts = Callable[[Site, Article], bool]


def whole(site: Site, article: Article) -> bool:
    return True


def none(site: Site, article: Article) -> bool:
    return False


def never(site: Site) -> bool:
    return False


def always(site: Site) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Hazard:
    """`state` is what the ledger should say of the reports that are hurt. Where nobody is hurt, every report must be found all the same."""

    name: str
    says: str
    state: State = State.HELD
    hurts: Hurts = none
    wrap: Wrap = lambda site, dialect, role, answer: answer
    edit: Callable[[Site], Site] = lambda site: site
    faults: tuple[Fault, ...] = ()
    roles: tuple[str, ...] = ()  # hosts that it needs beside the site's own
    families: tuple[str, ...] = ()  # the families that it is made for; none named: all
    ways: tuple[str, ...] = ()  # and the ways in which the reports' column is realised; none named: all
    hides_gaps: Callable[[Site], bool] = (
        never  # lists are not whole: of a report that is not found nobody can say that it is missing
    )
    browser: bool = False  # only a browser that runs scripts finds what is hurt
