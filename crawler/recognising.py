"""An answer that another program fetched in; what it is out: content or what stood in the way, and the annual report that its page holds.

No list led to it, so the page alone must say it: it holds the form's sections, or its own title names a report that hangs on it as a file.
"""

from __future__ import annotations

from archive.bodies import front, held
from archive.coding import decoded
from archive.exchange import Exchange
from archive.importing import Recognised
from archive.sightings import FoundReport
from archive.sites import KnownSite
from crawler.addresses import bare_host, host_of, url_key
from crawler.articles import article_title, attachments_of, column_name, further_pages, is_file_page, is_report_page
from crawler.blocks import name_block
from crawler.links import judge
from crawler.portals import Page
from reports.extraction.limits import MOST_MARKUP

OTHER = "other"


def recognise(exchange: Exchange, site: KnownSite) -> Recognised:
    """Look at one answer. Reports of other hosts than the site's are kept as captures and belong to nobody here."""
    key = url_key(exchange.url)
    body = decoded(exchange.body, exchange.header("content-encoding"))
    kind = (exchange.header("content-type") or "").lower()
    headers = {name: value for name in ("server", "set-cookie", "content-type") if (value := exchange.header(name))}
    blocked = name_block(exchange.status, headers, front(body))
    own = bare_host(host_of(exchange.url)) in {bare_host(host) for host in site.hosts}
    page = held(body, MOST_MARKUP)
    if blocked is not None or not own or exchange.status != 200 or "html" not in kind or exchange.truncated:
        return Recognised(key, blocked)
    return Recognised(key, None, () if page is None else _reports(Page(exchange.url, page), key))


def _reports(page: Page, key: str) -> tuple[FoundReport, ...]:
    title = article_title(page)
    verdict = judge(page.url, title, column_name(page))
    whole = is_report_page(page) and (verdict.is_report or verdict.kind == OTHER)
    if not whole and not (verdict.is_report and is_file_page(page)):
        return ()
    report = FoundReport(page.url, key, title or None, None, verdict.organ, verdict.year, None)
    parts = {url_key(link.url): link for link in (*attachments_of(page), *further_pages(page, page.url))}
    parts.pop(key, None)
    return report, *(
        FoundReport(link.url, part, link.name or None, None, verdict.organ, verdict.year, page.url, key)
        for part, link in parts.items()
    )
