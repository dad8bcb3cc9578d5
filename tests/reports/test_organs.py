import pytest

from reports.organs import abbreviates, organ_key, organ_level

REGIONS = ("岚溪县", "栖云市", "岚川省")


@pytest.mark.parametrize(
    ("printed", "key", "level"),
    [
        ("岚川省栖云市岚溪县柳林镇人民政府", "柳林镇", "township"),
        ("岚溪县柳林镇", "柳林镇", "township"),
        ("柳林镇", "柳林镇", "township"),
        ("岚溪县东门街道办事处", "东门街道", "township"),
        ("岚溪县 财政局", "财政局", "department"),
        ("岚溪县人民政府", "岚溪县人民政府", "government"),
        ("栖云市岚溪县人民政府", "岚溪县人民政府", "government"),
        ("岚溪县人民政府办公室", "岚溪县人民政府办公室", "department"),
    ],
)
def test_an_organ_goes_by_its_name_inside_the_county(printed: str, key: str, level: str) -> None:
    assert organ_key(printed, REGIONS) == key
    assert organ_level(key) == level


def test_a_key_is_its_own_key() -> None:
    for printed in ("岚溪县柳林镇人民政府", "岚溪县财政局", "岚溪县人民政府", "岚溪县人民政府办公室"):
        key = organ_key(printed, REGIONS)
        assert organ_key(key, REGIONS) == key


@pytest.mark.parametrize(
    ("short", "full", "expected"),
    [
        ("发改局", "发展和改革局", True),
        ("住建局", "住房和城乡建设局", True),
        ("发展和改革局", "发改局", False),
        ("财政局", "民政局", False),
        ("柳林镇", "柳林镇", False),
        ("教育局", "体育局", False),
    ],
)
def test_a_short_name_keeps_the_ends_and_the_order_of_the_long_one(short: str, full: str, expected: bool) -> None:
    assert abbreviates(short, full) is expected
