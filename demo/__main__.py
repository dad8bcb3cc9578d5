"""`python -m demo`: prints the truth of a seed's counties, or serves them until Ctrl-C."""

from __future__ import annotations

import argparse
import sys
import threading
from contextlib import suppress

from demo import truth
from demo.dialects import DIALECTS
from demo.hazards import HAZARDS
from demo.places import address_of
from demo.portal import hosts_of, roles_of, sites_of
from demo.server import CountyServer
from demo.world import World

DEFAULT_PORT = 8877


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo", description="The county in a box.")
    parser.add_argument("--truth", action="store_true", help="print everything that the counties publish, as JSON")
    parser.add_argument("--serve", action="store_true", help="serve the counties on loopback until Ctrl-C")
    parser.add_argument("--list", action="store_true", help="list the families, the ways of the column and the hazards")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--counties", type=int, default=3)
    parser.add_argument("--townships", type=int, default=5, help="in each county")
    parser.add_argument("--departments", type=int, default=6, help="in each county")
    parser.add_argument(
        "--family",
        action="append",
        default=[],
        help="a portal family; may be repeated; trs, jcms, vsb when none is named",
    )
    parser.add_argument(
        "--arrangement", action="append", default=[], help="a way to realise the reports' column; may be repeated"
    )
    parser.add_argument(
        "--hazard",
        action="append",
        default=[],
        metavar="COUNTY:NAME",
        help="what is wrong with a county, e.g. 0:js_shell",
    )
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 lets the system choose")
    parser.add_argument("--control-port", type=int, default=0)
    return parser.parse_args()


def _hazards(named: list[str]) -> dict[int, tuple[str, ...]]:
    """`0:js_shell` twice for one county adds up. Raises ValueError for what is not written so."""
    found: dict[int, tuple[str, ...]] = {}
    for text in named:
        county, _, name = text.partition(":")
        if not county.isdigit() or not name:
            raise ValueError(f"expected COUNTY:NAME, as 0:js_shell, found {text!r}")
        found[int(county)] = (*found.get(int(county), ()), name)
    return found


def main() -> int:
    wanted = _arguments()
    if wanted.list:
        return _list()
    try:
        world = World.build(
            wanted.seed,
            counties=wanted.counties,
            townships=wanted.townships,
            departments=wanted.departments,
            families=wanted.family,
            arrangements=wanted.arrangement,
            hazards=_hazards(wanted.hazard),
        )
        sites = sites_of(world)
    except ValueError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 2
    if wanted.serve:
        return _serve(world, wanted.port, wanted.control_port)
    if wanted.truth:
        origins = [f"http://{address_of(index)}:{wanted.port}" for index in range(len(roles_of(sites)))]
        print(truth.as_text(truth.truth(world, sites, hosts_of(sites, origins))))
        return 0
    print("demo: expected --truth, --serve or --list; see python -m demo --help", file=sys.stderr)
    return 2


def _list() -> int:
    for dialect in DIALECTS:
        print(f"family\t{dialect.name}\t{' '.join(dialect.ways)}")
    for hazard in HAZARDS:
        print(
            f"hazard\t{hazard.name}\t{hazard.state.value}\t{hazard.says}\t{' '.join(hazard.families) or 'every family'}"
        )
    return 0


def _serve(world: World, port: int, control_port: int) -> int:
    try:
        with CountyServer(world, port=port, control_port=control_port) as server, suppress(KeyboardInterrupt):
            for site in server.sites:
                print(f"{site.name}\t{site.family}\t{site.url}\t{site.column_url}")
            print(f"control\t{server.control_url}", flush=True)
            threading.Event().wait()
    except OSError as error:
        print(
            f"demo: expected port {port} free on loopback, found {error}; name another with --port, or 0",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
