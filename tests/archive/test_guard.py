import ipaddress

import pytest

from archive.guard import is_foreign, literal_address, refused_address, refused_url

INSIDE = [
    "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.1.1", "0.0.0.0", "100.64.0.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1", "fec0::1",
    "::127.0.0.1", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "1.2.4.8", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
METADATA = [
    "169.254.169.254",
    "100.100.100.200",
    "fd00:ec2::254",
    "::ffff:169.254.169.254",
    "168.63.129.16",
    "64:ff9b::a9fe:a9fe",
    "fd20:ce::254",
]


@pytest.mark.parametrize("text", INSIDE + METADATA)
def test_addresses_inside_are_refused(text: str) -> None:
    assert refused_address(ipaddress.ip_address(text), allow_private=False)


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_are_not(text: str) -> None:
    assert refused_address(ipaddress.ip_address(text), allow_private=False) is None


@pytest.mark.parametrize("text", METADATA)
def test_metadata_is_never_asked_whatever_the_entry_says(text: str) -> None:
    assert refused_address(ipaddress.ip_address(text), allow_private=True)


def test_a_site_with_allow_private_may_be_on_loopback() -> None:
    assert refused_url("http://127.0.0.2:8080/a", allow_private=True) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://2130706433/", "http://0x7f.1/", "http://017700000001/", "http://127.1/", "http://[::1]/", "http://localhost/",
        "http://0/", "http://127.0.0.1./", "http://[::ffff:7f00:1]/", "http://[64:ff9b::10.0.0.1]/", "http://[fe80::1%25eth0]/", "http://①②⑦.0.0.1/",
        "http://127。0。0。1/", "http://１２７.1/", "http://good.cn\\@127.0.0.1/", "http://127.0.0.1:80\\@good.cn/",
        "http://localhost./", "http://a.localhost:80/", "http://router.local/", "http://metadata.google.internal./", "http://a.localdomain/", "file:///etc/passwd", "ftp://shili.gov.cn/",
        "gopher://shili.gov.cn/", "http://user:password@shili.gov.cn/", "http:///a", "//shili.gov.cn/",
    ],
)  # fmt: skip
def test_urls_that_lead_inside_or_elsewhere_are_refused(url: str) -> None:
    assert refused_url(url, allow_private=False)


def test_names_are_not_addresses() -> None:
    assert literal_address("www.shili.gov.cn") is None
    assert literal_address("1.2.3.4.5") is None
    assert literal_address("300.1.1.1") is None
    assert refused_url("https://www.shili.gov.cn:8443/a", allow_private=False) is None


def test_only_this_machine_is_not_foreign() -> None:
    assert not is_foreign("127.0.0.3") and not is_foreign("localhost") and not is_foreign("::1")
    assert is_foreign("10.0.0.1") and is_foreign("shili.gov.cn")
