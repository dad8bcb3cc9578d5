"""The portal families. To add one: a module beside this one that defines DIALECT, and its name in the list below."""

from __future__ import annotations

from demo.dialects import jcms, trs, vsb

DIALECTS = (trs.DIALECT, jcms.DIALECT, vsb.DIALECT)
