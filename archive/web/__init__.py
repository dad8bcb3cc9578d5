"""The archive in a browser: a configuration, an engine and a WARC store go in, pages come out. Only forms write."""

from archive.web.app import create_app
from archive.web.server import serve

__all__ = ["create_app", "serve"]
