"""The portal families. To add one: a module beside this one that defines DIALECT, and its name in the list below."""

from __future__ import annotations

from demo.dialect import Dialect
from demo.dialects import (
    cac,
    ch00232,
    datalist,
    epoint,
    eportal,
    gkmlpt,
    hanweb_annual,
    hanweb_xxgk,
    hebei,
    hrss,
    iframes,
    intertid,
    jcms,
    jcms_servers,
    jeecms,
    jpaas,
    kaipu,
    lonsun,
    miit,
    neimenggu,
    nfcms,
    plain,
    trs,
    trs_beijing,
    trs_chengdu,
    trs_henan,
    trs_listmodel,
    trs_numbered,
    trs_pagers,
    trs_shanghai,
    trs_was,
    trs_yunnan,
    truecms,
    vsb,
    xxgk_php,
    ztree,
)

DIALECTS: tuple[Dialect, ...] = (
    trs.DIALECT,
    jcms.DIALECT,
    vsb.DIALECT,
    *trs_pagers.DIALECTS,
    trs_shanghai.DIALECT,
    trs_beijing.DIALECT,
    trs_yunnan.DIALECT,
    trs_henan.DIALECT,
    trs_chengdu.DIALECT,
    *trs_numbered.DIALECTS,
    trs_was.DIALECT,
    trs_listmodel.DIALECT,
    *jcms_servers.DIALECTS,
    hanweb_xxgk.DIALECT,
    hanweb_annual.DIALECT,
    jpaas.DIALECT,
    *kaipu.DIALECTS,
    gkmlpt.DIALECT,
    nfcms.DIALECT,
    lonsun.DIALECT,
    *epoint.DIALECTS,
    *xxgk_php.DIALECTS,
    truecms.DIALECT,
    eportal.DIALECT,
    datalist.DIALECT,
    ch00232.DIALECT,
    jeecms.DIALECT,
    ztree.DIALECT,
    iframes.DIALECT,
    intertid.DIALECT,
    hebei.DIALECT,
    neimenggu.DIALECT,
    hrss.DIALECT,
    cac.DIALECT,
    miit.DIALECT,
    plain.DIALECT,
)
FAMILIES = tuple(dialect.name for dialect in DIALECTS)


def dialect_of(family: str) -> Dialect:
    for dialect in DIALECTS:
        if dialect.name == family:
            return dialect
    raise ValueError(f"expected one of the families {list(FAMILIES)}, found {family!r}")
