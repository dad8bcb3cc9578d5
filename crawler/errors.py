"""The errors of the crawler.

CrawlFailed       the crawling process could not do its work; the message is what it said
"""

from __future__ import annotations


class CrawlFailed(Exception):
    """Something that ended a crawl; the message is written for the person who ordered it and names the next step."""
