"""What differs from Scrapy's defaults, each with its reason. What an operator sets (delay, timeout, contact …) is laid over it by run.py."""

from __future__ import annotations

from typing import Any

BOT_NAME = "nianbao"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"

# Our own way to the wire: Scrapy's handler re-cases and regroups headers, and resolves names without judging the addresses.
DOWNLOAD_HANDLERS = {
    "http": "crawler.wire.WireHandler",
    "https": "crawler.wire.WireHandler",
    "file": None,
    "ftp": None,
    "s3": None,
    "data": None,
}
DOWNLOAD_WARNSIZE = 0  # the wire handler cuts at DOWNLOAD_MAXSIZE and says so in the capture

# One request at a time to a host. The delay is kept by the Pace middleware, which also sees robots.txt, redirects and retries.
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 0
CONCURRENT_REQUESTS = (
    0  # no limit over all hosts: the spider runs as many visits as configured, each with one request at a time
)

ROBOTSTXT_OBEY = False  # ObeyRobots takes its place: Scrapy reads a robots.txt that gives 5xx as "all allowed"
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # a journey asks nothing twice, and knows an address by its key
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9",
    "Accept-Encoding": "gzip, deflate",
}
RETRY_TIMES = 2
RETRY_HTTP_CODES = [408, 425, 429, 500, 502, 503, 504, 520, 522, 523, 524]
RETRY_PRIORITY_ADJUST = 0
RETRY_GIVE_UP_LOG_LEVEL = "INFO"  # the journey and the ledger say what was not reached
HTTPERROR_ALLOW_ALL = True  # error answers are answers: a 404 is how a withdrawn report is noticed

# The order of the downloader's middlewares. A request passes from the lowest number to the highest, its response back again.
DOWNLOADER_MIDDLEWARES_BASE: dict[str, int] = {}  # what is used of Scrapy's own is named below
DOWNLOADER_MIDDLEWARES = {
    "crawler.middlewares.Guard": 100,  # before anything else is done for an address that must not be asked
    "crawler.middlewares.Replay": 200,  # what was captured needs no robots, no pace and no network
    "crawler.robots.ObeyRobots": 300,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
    "crawler.middlewares.Retry": 550,
    "crawler.middlewares.Redirects": 600,
    "crawler.schemes.Schemes": 650,  # sees a failure before it is tried again, and an answer before it leads elsewhere
    "crawler.cookies.Cookies": 700,  # an ordinary jar for each site, forgotten when the process ends
    "crawler.middlewares.Conditional": 800,  # its headers are part of what is captured
    "crawler.middlewares.Capture": 900,  # sees each answer before anything changes it or sends it round again
    "crawler.middlewares.Pace": 950,  # last before the wire, so that a turn is never held while something else is waited for
}
SPIDER_MIDDLEWARES_BASE = {
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": 25
}  # the others count, filter or rewrite what is not theirs
EXTENSIONS_BASE: dict[
    str, int
] = {}  # no telnet console, no remote control, no memory figures: the rounds keep what is to be known
EXTENSIONS = {"scrapy.extensions.corestats.CoreStats": 0}
STATS_DUMP = False

LOG_LEVEL = "INFO"
LOG_FORMATTER = "crawler.spiders.harvest.QuietFormatter"  # a line for each request would be larger than the index
LOG_VERSIONS: list[Any] = []
WARN_ON_GENERATOR_RETURN_VALUE = False
