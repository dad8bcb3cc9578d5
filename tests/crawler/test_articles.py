from crawler.articles import article_title, attachments_of, column_name, is_report_page
from crawler.portals import Page

URL = "http://www.shili.gov.cn/nb/202501/t20250120_1.html"


def _page(main: str, head: str = "") -> Page:
    return Page(URL, f"<html><head>{head}</head><body><a href='/files/guide.pdf'>指南</a>{main}</body></html>".encode())


def test_files_in_the_text_are_attachments_and_those_beside_it_are_not() -> None:
    page = _page(
        "<div class='TRS_Editor'><a href='./P02.pdf'>附件1</a><a href='a.ofd'>年报.ofd</a><a href='b.WPS'>w</a><a href='/x.html'>更多</a></div>"
    )
    assert [link.url.rpartition("/")[2] for link in attachments_of(page)] == ["P02.pdf", "a.ofd", "b.WPS"]


def test_a_download_without_a_file_name_is_known_by_its_text() -> None:
    page = _page(
        "<div id='vsb_content'><a href='/system/_content/download.jsp?wbfileid=7'>附件【柳林镇年报.docx】</a></div>"
    )
    assert [link.url for link in attachments_of(page)] == [
        "http://www.shili.gov.cn/system/_content/download.jsp?wbfileid=7"
    ]


def test_without_a_known_container_only_files_that_speak_of_a_report_count() -> None:
    page = _page("<p><a href='/f/1.pdf'>柳林镇2024年政府信息公开工作年度报告</a></p>")
    assert [link.url for link in attachments_of(page)] == ["http://www.shili.gov.cn/f/1.pdf"]


def test_an_article_without_files_costs_no_tree() -> None:
    page = Page(URL, "<html><body><div id='zoom'>一、总体情况</div></body></html>".encode())
    assert attachments_of(page) == ()
    assert "tree" not in page.__dict__


def test_files_named_in_the_data_of_a_page_are_found() -> None:
    content = r"<p><a href=\"http:\/\/www.shili.gov.cn\/attachment\/0\/77.docx\">年报.docx<\/a><\/p>".replace(
        "<", r"\u003C"
    ).replace(">", r"\u003E")
    page = Page(URL, f'<html><script>window._CONFIG = {{DETAIL: {{"content": "{content}"}}}};</script></html>'.encode())
    assert [link.url for link in attachments_of(page)] == ["http://www.shili.gov.cn/attachment/0/77.docx"]


def test_pictures_in_place_of_tables_belong_to_the_report() -> None:
    text = "<div id='zoom'><p>三、收到和处理</p><img src='./W01.jpg'><img src='/images/icon_pdf.png'><img src='data:image/png;base64,AA'></div><img src='/top.jpg'>"
    assert [link.url.rpartition("/")[2] for link in attachments_of(_page(text))] == ["W01.jpg"]
    assert attachments_of(_page(text.replace("<p>", "<table></table><p>"))) == ()


def test_a_report_is_known_by_its_sections() -> None:
    sections = "<p>一、总体情况</p><p>二、主动公开政府信息情况</p><p>三、收到和处理政府信息公开申请情况</p><p>四、因政府信息公开工作被申请行政复议、提起行政诉讼情况</p>"
    assert is_report_page(_page(sections))
    assert not is_report_page(_page("<p>一、总体情况</p><p>二、主要工作</p>"))


def test_an_article_names_itself() -> None:
    assert article_title(_page("", "<meta name='ArticleTitle' content='甲镇年报'><title>x</title>")) == "甲镇年报"
    assert article_title(_page("<h1> 乙镇 年报 </h1>", "<title>x</title>")) == "乙镇 年报"
    assert article_title(_page("", "<title>丙镇年报_栖桐县人民政府</title>")) == "丙镇年报"


def test_the_column_is_named_by_metadata_title_or_the_link_that_led_there() -> None:
    assert column_name(_page("", "<meta name='ColumnName' content='政府信息公开年报'>")) == "政府信息公开年报"
    assert column_name(_page("", "<title>信息公开年报-栖桐县</title>")) == "信息公开年报"
    assert column_name(Page(URL, b"<html></html>", anchor="公开年报")) == "公开年报"
    assert column_name(_page("", "<title>通知公告</title>")) is None
