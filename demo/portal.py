"""A site goes in; a function from Request to Response comes out: what all families have in common, the family's lists, the site's hazards."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from demo import articles, pages
from demo.dialect import MAIN_HOST, MIRROR_HOST, RECORDS_HOST, Dialect, Handler, Request, Response, Routes
from demo.dialects import dialect_of
from demo.faults import Fault
from demo.hazards import HAZARDS, hazard_named
from demo.router import Router
from demo.site import ARRANGEMENTS, Article, Column, Site, site_of
from demo.world import World

DEFAULT_FAMILIES = ("trs", "jcms", "vsb")
_ROBOTS = "User-agent: *\nDisallow: /search/?\nDisallow: /admin/\n"
_LINK = re.compile(rb"""(href=["'])(/[^"'#?;]*)""")


@dataclass(frozen=True, slots=True)
class Hosts:
    """The origins at which one site stands. `records` differs from `main` where the reports have a host of their own; `mirror` is a stranger's copy."""

    main: str
    records: str
    mirror: str | None = None


def sites_of(world: World) -> tuple[Site, ...]:
    """Each county's site, before any edit; the families in turn, and for each family the arrangements in turn that it can have."""
    families = world.families or DEFAULT_FAMILIES
    sites = []
    for county in world.counties:
        dialect = dialect_of(families[county.number % len(families)])
        turn = county.number // len(families)
        made_for = tuple(way for name in county.hazards for way in hazard_named(name).ways)
        wanted = made_for or world.arrangements or ARRANGEMENTS
        ways = [way for way in wanted if way in dialect.ways] or list(dialect.ways)
        way = ways[(county.number + turn) % len(ways)]
        site = site_of(world.seed, county, dialect.name, way)
        for name in county.hazards:
            hazard = hazard_named(name)
            if hazard.families and site.family not in hazard.families:
                raise ValueError(f"expected one of the families {hazard.families} for {name}, found {site.family}")
            site = hazard.edit(site)
        sites.append(site)
    return tuple(sites)


def roles_of(sites: Sequence[Site]) -> tuple[tuple[int, str], ...]:
    """Every host that the sites need, by the site's number and the host's role: all the main ones, then "records" and "mirror"."""
    mains = [(index, "main") for index in range(len(sites))]
    records = [(index, "records") for index, site in enumerate(sites) if site.arrangement == "host"]
    others = [
        (index, role)
        for index, site in enumerate(sites)
        for name in site.county.hazards
        for role in hazard_named(name).roles
    ]
    return (*mains, *records, *others)


def hosts_of(sites: Sequence[Site], origins: Sequence[str]) -> tuple[Hosts, ...]:
    """The sites' hosts, with the origins in the order of roles_of."""
    found = dict(zip(roles_of(sites), origins, strict=True))
    return tuple(
        Hosts(found[index, "main"], found.get((index, "records"), found[index, "main"]), found.get((index, "mirror")))
        for index in range(len(sites))
    )


class Portal:
    """One version of a site on one of its hosts, ready to answer. Building it costs little: pages are made when they are asked for."""

    def __init__(self, site: Site, hosts: Hosts | None = None, role: str = "main") -> None:
        self.site = site
        self.hosts = hosts or Hosts("http://main.invalid", "http://main.invalid")
        self.role = role
        self.dialect = dialect_of(site.family)
        self._router, self._elsewhere = Router(), Router()
        self._filled = False
        self._answer: Handler = self._plain
        for hazard in HAZARDS:
            if hazard.name in site.county.hazards:
                self._answer = hazard.wrap(self.site, self.dialect, role, self._answer)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with this host's delivery from the first request on."""
        named = [hazard_named(name) for name in self.site.county.hazards]
        return () if self.role == "mirror" else tuple(fault for hazard in named for fault in hazard.faults)

    def answer(self, request: Request) -> Response:
        return self._placed(self._answer(request))

    def _plain(self, request: Request) -> Response:
        if not self._filled:  # not before the first request: two thousand sites stand ready at once, and few are asked
            self._fill()
        handler = self._router.find(request)
        return pages.missing(self.site, self.dialect) if handler is None else self._crossed(handler(request))

    def _fill(self) -> None:
        self._filled = True
        site, dialect = self.site, self.dialect
        self._router.add_all(
            {
                "/": lambda _: self._home(),
                "/robots.txt": lambda _: Response(_ROBOTS.encode(), "text/plain"),
                "/css/style.css": lambda _: Response(b"body{font-family:sans-serif}", "text/css"),
                "/search/": lambda request: _search(site, dialect, request),
            }
        )
        self._router.add_all(dialect.routes(site))
        for top in site.children(None):
            self._add_column(top)
        for article in site.articles:
            self._here(site.column(article.column)).add_all(articles.routes_of(site, dialect, article))

    def _add_column(self, column: Column) -> None:
        children = self.site.children(column.key)
        if self.site.front(column) is None:  # else its latest report stands there
            self._here(column).add_all(self._column_routes(column, is_folder=bool(children)))
        for child in children:
            self._add_column(child)

    def _column_routes(self, column: Column, is_folder: bool) -> Routes:
        site, dialect = self.site, self.dialect
        if not is_folder:
            return dialect.list_routes(site, column)
        if dialect.folder_routes is not None:
            return dialect.folder_routes(site, column)
        return {dialect.column_path(site, column): lambda _: pages.folder(site, dialect, column)}

    def _here(self, column: Column) -> Router:
        """The router of this host, or that of what stands on the site's other host."""
        if self.site.arrangement != "host" or self.role == "mirror":
            return self._router
        return self._router if self.site.is_report_column(column) == (self.role == "records") else self._elsewhere

    def _home(self) -> Response:
        site, dialect = self.site, self.dialect
        if self.role == "records":
            return pages.folder(site, dialect, site.column("zfxxgk"))
        return pages.home(site, dialect)

    def _crossed(self, response: Response) -> Response:
        """Links to what stands on the site's other host name that host."""
        paths = self._elsewhere.paths
        if not paths or "html" not in response.media_type:
            return response
        other = (MAIN_HOST if self.role == "records" else RECORDS_HOST).encode()

        def told(link: re.Match[bytes]) -> bytes:
            return link[1] + other + link[2] if link[2].decode("latin-1") in paths else link[0]

        return replace(response, body=_LINK.sub(told, response.body))

    def _placed(self, response: Response) -> Response:
        if b".host.invalid" not in response.body and not any(".host.invalid" in text for _, text in response.headers):
            return response
        pairs = (
            (MAIN_HOST, self.hosts.main),
            (RECORDS_HOST, self.hosts.records),
            (MIRROR_HOST, self.hosts.mirror or ""),
        )
        body, headers = response.body, response.headers
        for name, origin in pairs:
            # Without the scheme, which some interfaces leave out.
            bare, own = name.removeprefix("http:"), origin.removeprefix("http:")
            body = body.replace(bare.encode(), own.encode())
            headers = tuple((key, text.replace(bare, own)) for key, text in headers)
        return replace(response, body=body, headers=headers)


def url_of(site: Site, hosts: Hosts, article: Article) -> str:
    """The address of an article with its host."""
    return origin_of(site, hosts, site.column(article.column)) + articles.address_of(
        site, dialect_of(site.family), article
    )


def origin_of(site: Site, hosts: Hosts, column: Column) -> str:
    return hosts.records if site.is_report_column(column) else hosts.main


def _search(site: Site, dialect: Dialect, request: Request) -> Response:
    """An endless trap behind robots.txt: every page has a next one."""
    number = request.query.get("page", "1")
    following = int(number) + 1 if number.isdigit() else 2
    main = f'<div class="result">没有找到相关结果 <a href="/search/?page={following}">下一页</a></div>'
    return Response(pages.page(site, dialect, "搜索", main), pages.media_type(site))
