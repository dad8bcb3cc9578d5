import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
VISIT = """
from scrapy import Request
from scrapy.http import Response
from crawler.cookies import Cookies
jar = Cookies()
first = Request("http://www.lanxi.gov.cn/a", meta={"cookiejar": 1})
answer = Response(first.url, headers={"Set-Cookie": "token=17; Domain=.lanxi.gov.cn; Path=/"})
jar.process_response(first, answer)
for site in (1, 2):
    again = Request("http://zwgk.lanxi.gov.cn/b", meta={"cookiejar": site})
    jar.process_request(again)
    print(again.headers.get("Cookie"))
"""


def test_a_site_gets_its_own_cookie_back_and_nobody_abroad_is_asked(tmp_path: Path) -> None:
    environment = {**os.environ, "TLDEXTRACT_CACHE": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", VISIT], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["b'token=17'", "None"]
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []  # the list of public suffixes was not looked for
