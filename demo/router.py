"""Addresses and handlers go in; for a request the handler that answers it comes out. An address with a query answers what names as much."""

from __future__ import annotations

from urllib.parse import parse_qsl

from demo.dialect import Handler, Request, Routes


class Router:
    """By path first, then by the values of the parameters that the addresses at that path name; the one that names most comes first."""

    def __init__(self) -> None:
        self._by_path: dict[str, dict[tuple[str, ...], dict[tuple[str, ...], Handler]]] = {}

    def add(self, address: str, handler: Handler) -> None:
        path, _, query = address.partition("#")[0].partition("?")
        named = dict(parse_qsl(query, keep_blank_values=True))
        by_names = self._by_path.setdefault(path, {})
        by_names.setdefault(tuple(named), {})[tuple(named.values())] = handler

    def add_all(self, routes: Routes) -> None:
        for address, handler in routes.items():
            self.add(address, handler)

    def find(self, request: Request) -> Handler | None:
        by_names = self._by_path.get(request.path, {})
        asked = {**request.query, **request.form}
        for names in sorted(by_names, key=len, reverse=True):
            if all(name in asked for name in names):
                handler = by_names[names].get(tuple(asked[name] for name in names))
                if handler is not None:
                    return handler
        return None

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(self._by_path)
