"""The archive in a browser: a configuration, an engine and a WARC store go in, pages come out. Nothing here writes but an order."""

from archive.web.app import create_app
from archive.web.server import serve

__all__ = ["create_app", "serve"]
