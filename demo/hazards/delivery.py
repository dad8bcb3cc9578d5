"""How bytes come: labelled with a charset that they are not in, or with none, compressed unasked, slowly, or not at all."""

from __future__ import annotations

import re
from dataclasses import replace

from demo.dialect import Dialect, Handler, Request, Response
from demo.faults import Fault, Kind
from demo.hazards.hazard import Hazard, Wrap, whole
from demo.ledger import State
from demo.site import Site

_META = re.compile(rb'<meta charset="[^"]*">\n?', re.IGNORECASE)
SLOW_SECONDS = 0.4


def _as_gb(site: Site) -> Site:
    return replace(site, charset="gb2312", charset_in_header=False)


def _labelled(label: str) -> Wrap:
    def wrap(site: Site, dialect: Dialect, role: str, answer: Handler) -> Handler:
        def answered(request: Request) -> Response:
            response = answer(request)
            if not response.media_type.startswith("text/html"):
                return response
            return replace(response, media_type=f"text/html{label}", body=_META.sub(b"", response.body))

        return answered

    return wrap


def _squeezed(site: Site, dialect: Dialect, role: str, answer: Handler) -> Handler:
    def answered(request: Request) -> Response:
        response = answer(request)
        return replace(response, squeezed=True) if response.body else response

    return answered


HAZARDS = (
    Hazard("charset_lie", "the header says UTF-8, the body is GB18030", wrap=_labelled(";charset=UTF-8"), edit=_as_gb),
    Hazard(
        "charset_silent",
        "neither header nor page names a charset; the body is GB18030",
        wrap=_labelled(""),
        edit=_as_gb,
    ),
    Hazard("forced_gzip", "every answer is gzip, whether it was asked for or not", wrap=_squeezed),
    Hazard("slow_host", f"every answer takes {SLOW_SECONDS} seconds", faults=(Fault(Kind.SLOW, SLOW_SECONDS),)),
    Hazard("dead_host", "nobody listens at the address", State.UNREACHABLE, whole, faults=(Fault(Kind.REFUSE),)),
)
