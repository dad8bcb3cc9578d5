"""Runs as a process of its own: fetches the URLs on its command line through the wire handler, prints each outcome as a line of JSON."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import AsyncIterator
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess


class Fetching(scrapy.Spider):
    name = "fetching"
    orders: list[dict[str, Any]]

    async def start(self) -> AsyncIterator[Any]:
        for order in self.orders:
            yield scrapy.Request(
                order["url"],
                method=order.get("method", "GET"),
                body=order.get("body", ""),
                meta={
                    "order": order["url"],
                    "allow_private": order.get("allow_private", True),
                    "unverified_tls": order.get("unverified_tls", False),
                    "dont_redirect": True,
                },
                callback=self.arrived,
                errback=self.failed,
                dont_filter=True,
            )

    def arrived(self, response: Any) -> None:
        exchange = response.exchange
        said = {
            "url": response.meta["order"],
            "status": response.status,
            "same_bytes": response.body is exchange.body or response.body == exchange.body,
            "request_head": _text(exchange.request_head),
            "request_body": _text(exchange.request_body),
            "response_head": _text(exchange.response_head),
            "body": _text(exchange.body),
            "ip": exchange.ip,
            "truncated": exchange.truncated,
            "fetched_at": exchange.fetched_at.isoformat(),
            "flags": response.flags,
            "facts": dict(exchange.facts),
        }
        print(json.dumps(said), flush=True)

    def failed(self, failure: Any) -> None:
        said = {
            "url": failure.request.meta["order"],
            "error": type(failure.value).__name__,
            "message": str(failure.value),
        }
        print(json.dumps(said), flush=True)


def _text(some: bytes) -> str:
    return base64.b64encode(some).decode("ascii")


if __name__ == "__main__":
    process = CrawlerProcess(
        {
            "DOWNLOAD_HANDLERS": {"http": "crawler.wire.WireHandler", "https": "crawler.wire.WireHandler"},
            "DOWNLOAD_MAXSIZE": 5000,
            "DOWNLOAD_TIMEOUT": 1.5,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
            "HTTPERROR_ALLOW_ALL": True,
            "RETRY_ENABLED": False,
            "COMPRESSION_ENABLED": False,
            "TELNETCONSOLE_ENABLED": False,
            "LOG_LEVEL": "ERROR",
        }
    )
    Fetching.orders = json.loads(sys.argv[1])
    process.crawl(Fetching)
    process.start()
