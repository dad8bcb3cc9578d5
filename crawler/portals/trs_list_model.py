"""TRS `listModel`: some pages of a list lie ready as files, `index.htm`, `index_1.htm` …; those after `maxStaticIndex` come as JSON."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from crawler.portals.listing import Listing
from crawler.portals.literals import NoLiteral, json_answer, literal_at
from crawler.portals.page import Page, PageRequest
from crawler.portals.rows import list_rows, row, rows_from

NAME = "trs list model"
CALL = re.compile(r"\blistModel\(\s*(?=\{)")
NUMBERED = re.compile(r"_\d+$")
DEFAULT_API = "./list2.trsapi"


def recognises(page: Page) -> bool:
    return bool(page.asked and page.asked.portal == NAME and page.asked.facts) or bool(_model(page))


def read_listing(page: Page) -> Listing:
    facts = _facts(page)
    if not facts:
        model = _model(page)
        index = model.get("pageIndex")
        return Listing(
            list_rows(page), _whole(_pagebar(model).get("recordCount")), index + 1 if isinstance(index, int) else None
        )
    answer = json_answer(page.text)
    answer = answer if isinstance(answer, dict) else {}
    docs = answer.get("docs") or answer.get("list") or answer.get("data") or []
    rows = (
        row(
            facts["shell"],
            doc.get("url") or doc.get("docpuburl"),
            doc.get("title") or doc.get("doctitle"),
            doc.get("time") or doc.get("docreltime"),
        )
        for doc in docs
        if isinstance(doc, dict)
    )
    return Listing(
        rows_from(rows), _whole(answer.get("recordCount")) or int(facts["total"]), _whole(answer.get("page"))
    )


def next_requests(page: Page) -> list[PageRequest]:
    facts = _facts(page)
    if facts:
        number = page.asked.page_number or 1 if page.asked else 1
        more = number * int(facts["size"]) < int(facts["total"]) and read_listing(page).rows
        return [_records(facts, number + 1)] if more else []
    model = _model(page)
    bar = _pagebar(model)
    index, static = _whole(model.get("pageIndex")) or 0, _whole(model.get("maxStaticIndex")) or 0
    size, total = _whole(bar.get("prepage")), _whole(bar.get("recordCount"))
    if size is None or total is None or (index + 1) * size >= total:
        return []
    if index < static:
        return [PageRequest(_file(page.url, index + 1), "list", portal=NAME, page_number=index + 2)]
    api = model.get("api")
    facts = {
        "api": urljoin(page.url, api if isinstance(api, str) else DEFAULT_API),
        "shell": page.url,
        "size": str(size),
        "total": str(total),
    }
    return [_records(facts, index + 2)]


def _records(facts: dict[str, str], number: int) -> PageRequest:
    split = urlsplit(facts["api"])
    query = {**dict(parse_qsl(split.query)), "page": str(number), "prepage": facts["size"]}
    return PageRequest(
        split._replace(query=urlencode(query)).geturl(),
        "list",
        headers=(("Referer", facts["shell"]), ("X-Requested-With", "XMLHttpRequest")),
        portal=NAME,
        page_number=number,
        facts=tuple(facts.items()),
    )


def _file(url: str, index: int) -> str:
    name = urlsplit(url).path.rpartition("/")[2] or "index.htm"
    stem, _, suffix = name.rpartition(".")
    return urljoin(url, f"{NUMBERED.sub('', stem)}_{index}.{suffix}")


def _model(page: Page) -> dict[str, Any]:
    call = CALL.search(page.text)
    if call is None:
        return {}
    try:
        model = literal_at(page.text, call.end())
    except NoLiteral:
        return {}
    return model if isinstance(model, dict) else {}


def _pagebar(model: dict[str, Any]) -> dict[str, Any]:
    bar = model.get("pagebar")
    return bar if isinstance(bar, dict) else {}


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, int) or (isinstance(value, str) and value.isdigit()) else None


def _facts(page: Page) -> dict[str, str]:
    return dict(page.asked.facts) if page.asked and page.asked.portal == NAME else {}
