"""A number goes in, an invented place or organ name comes out. No county named here exists; towns are named after trees and water."""

from __future__ import annotations

PROVINCE_CODE = "99"
PROVINCE = "岚川省"
CITIES = ("栖云市", "临岚市", "芦渡市")

_COUNTY_HEADS = "岚溪苍云栖桐枫槐竹荷菱芦芷澄碧鹤雁"
_COUNTY_TAILS = "浦岭陵原渡津湾坪岗"
# No county, district or city of China is called so; 沅陵 and 松岭 are, which is why 沅 and 松 are not among the heads.

_TOWN_HEADS = (
    "白果",
    "石桥",
    "柳林",
    "双河",
    "青杨",
    "马鞍",
    "红枫",
    "大坪",
    "清水",
    "龙泉",
    "梅溪",
    "桂花",
    "古井",
    "沙洲",
)
_TOWN_TAILS = ("", "铺", "口", "坝", "滩", "庙", "垭", "寨", "店", "湖")
_TOWN_KINDS = (("镇", "镇"), ("镇", "镇"), ("乡", "乡"), ("街道", "街道办事处"))
# Written with characters that GB2312 does not have: 堽 is in GBK, 㵲 needs four bytes in GB18030.
RARE_TOWN_HEADS = ("堽城", "㵲口")

DEPARTMENTS = (
    ("fgj", "发展和改革局", "发改局"),
    ("jyj", "教育局", "教育局"),
    ("mzj", "民政局", "民政局"),
    ("sfj", "司法局", "司法局"),
    ("czj", "财政局", "财政局"),
    ("rsj", "人力资源和社会保障局", "人社局"),
    ("zrj", "自然资源局", "自然资源局"),
    ("zjj", "住房和城乡建设局", "住建局"),
    ("jtj", "交通运输局", "交通局"),
    ("slj", "水利局", "水利局"),
    ("nyj", "农业农村局", "农业农村局"),
    ("wlj", "文化和旅游局", "文旅局"),
    ("wjj", "卫生健康局", "卫健局"),
    ("yjj", "应急管理局", "应急局"),
    ("sjj", "审计局", "审计局"),
    ("scj", "市场监督管理局", "市场监管局"),
    ("tjj", "统计局", "统计局"),
    ("ybj", "医疗保障局", "医保局"),
    ("lyj", "林业局", "林业局"),
    ("zwj", "政务服务管理局", "政务服务局"),
    ("xfj", "信访局", "信访局"),
    ("cgj", "城市管理局", "城管局"),
)


def county_name(number: int) -> str:
    """The name of the n-th county, from 0: of two characters as long as there are pairs, then of three; all different."""
    pairs = len(_COUNTY_HEADS) * len(_COUNTY_TAILS)
    triples = len(_COUNTY_HEADS) * pairs
    if not 0 <= number < pairs + triples:
        raise ValueError(
            f"expected a county number from 0 to {pairs + triples - 1}, found {number}; build fewer counties"
        )
    if number >= pairs:
        rest, tail = divmod(number - pairs, len(_COUNTY_TAILS))
        first, second = divmod(rest, len(_COUNTY_HEADS))
        return f"{_COUNTY_HEADS[first]}{_COUNTY_HEADS[second]}{_COUNTY_TAILS[tail]}县"
    # A step that shares no divisor with the number of pairs visits every pair, and neighbours do not look alike.
    head, tail = divmod(number * 41 % pairs, len(_COUNTY_TAILS))
    return f"{_COUNTY_HEADS[head]}{_COUNTY_TAILS[tail]}县"


def city_name(number: int) -> str:
    """The name of the n-th city, from 0."""
    if number < len(CITIES):
        return CITIES[number]
    first, second = divmod(number, len(_COUNTY_HEADS))
    if first >= len(_COUNTY_HEADS):
        raise ValueError(
            f"expected a city number below {len(_COUNTY_HEADS) ** 2}, found {number}; build fewer counties"
        )
    return f"{_COUNTY_HEADS[second]}{_COUNTY_HEADS[first]}州市"


def town_names(number: int, county: int, rare: bool) -> tuple[str, str, str]:
    """The n-th town of the n-th county, all different within it: its area's name, its organ's short name, its organ's full name without the county."""
    pairs = len(_TOWN_HEADS) * len(_TOWN_TAILS)
    if not 0 <= number < pairs:
        raise ValueError(f"expected a town number from 0 to {pairs - 1}, found {number}; ask for fewer townships")
    kind, office = _TOWN_KINDS[number % len(_TOWN_KINDS)]
    if rare and number < len(RARE_TOWN_HEADS):
        stem = RARE_TOWN_HEADS[number]
    else:
        tail, head = divmod(number, len(_TOWN_HEADS))
        stem = (
            _TOWN_HEADS[(head * 5 + tail + county * 3) % len(_TOWN_HEADS)]
            + _TOWN_TAILS[(tail + county) % len(_TOWN_TAILS)]
        )
    full = f"{stem}{office}" if kind == "街道" else f"{stem}{kind}人民政府"
    return f"{stem}{kind}", f"{stem}{kind}", full


def department_names(number: int) -> tuple[str, str, str]:
    """The n-th department: its slug, its full name without the county, its short name."""
    if not 0 <= number < len(DEPARTMENTS):
        raise ValueError(
            f"expected a department number from 0 to {len(DEPARTMENTS) - 1}, found {number}; ask for fewer"
        )
    return DEPARTMENTS[number]
