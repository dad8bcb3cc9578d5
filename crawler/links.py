"""The address and the title of a link go in; a verdict comes out: an annual disclosure report or what else, of which organ, which year.

The title decides. The name of the column it stands in (`context`) helps only titles that are cut off or say too little to be anything
else. A look-alike is refused by its name, so that the ledger can say what was passed over.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

REPORT = "annual_report"
ABOUT = "notice_about_annual_report"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`kind` is `annual_report` or the name of the look-alike; `organ` and `year` are what the title itself says, or None."""

    is_report: bool
    kind: str
    organ: str | None
    year: int | None
    why: str


@lru_cache(maxsize=4096)
def judge(url: str, title: str, context: str | None = None) -> Verdict:
    """Say what the link leads to. `context` is the name of the column that shows it, or the text of the link that led there."""
    text = LAW.sub("政府信息公开", CHINESE_YEAR.sub(_in_digits, compact(title)))
    kind = look_alike(text)
    if kind:
        return Verdict(False, kind, None, year_in(text), f"its title names a look-alike: {kind}")
    found = None if LIST_NAME.search(text) else CORE.search(text)
    year = year_in(text) or _year_in_address(url)
    in_column = context is not None and is_report_column(context)
    if found:
        stranger = None if in_column else _stranger(text, found)
        if stranger:
            return Verdict(False, ABOUT, None, year, f"beside the report's name its title says: {stranger}")
        return _report_or_institution(text, found.start(), year, "its title says so")
    if REPORT_PAGE.search(url):
        return _report_or_institution(text, len(text), year, "its address is that of an annual report")
    if in_column and _says_too_little(text, year):
        return _report_or_institution(text, len(text), year, f"it stands in the column {str(context).strip()}")
    return Verdict(False, "other", None, year, "neither its title nor its column speaks of an annual disclosure report")


def is_report_column(name: str) -> bool:
    """Whether a column, menu entry or link of this name holds annual disclosure reports."""
    return bool(COLUMN.search(compact(name))) and not look_alike(compact(name))


def is_catch_all(name: str) -> bool:
    """Whether a column of this name takes what has no column of its own: reports that were filed wrongly end up there."""
    return CATCH_ALL.match(compact(name)) is not None


def has_report_slug(url: str) -> bool:
    """Whether the address goes through a folder that portals use for annual disclosure reports."""
    return bool(SLUG.search(url))


def compact(title: str) -> str:
    """The title in one spelling: compatibility forms folded, no white space, no zero-width characters, no decorations around it."""
    text = unicodedata.normalize("NFKC", title)
    text = LAYOUT.sub("", text)
    return DECORATION.sub("", text)


def year_in(text: str) -> int | None:
    """The report year a compact title names; the first when it names several, none of which is a date."""
    text = CHINESE_YEAR.sub(_in_digits, text)
    found = YEAR.search(text) or BARE_YEAR.search(text)
    return int(found[1]) if found else None


def _in_digits(year: re.Match[str]) -> str:
    """二〇二三 as 2023."""
    return "".join(CHINESE_DIGITS[digit] for digit in year[0])


LAYOUT = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u00ad\"'“”‘’「」]+")
DECORATION = re.compile(
    r"^(?:[·•◆■●★>›\-*]|\d{1,2}[.、])+|[(\[【](?:图片版|图文版|文字版|超链版|全文|PDF|WORD|DOCX?|最新|热|新|NEW|年报|HTML)[)\]】]|^\[[^\]]{1,8}\]"
    r"|^[(\[【](?:19|20)\d{2}[-./年]\d{1,2}[-./月]\d{1,2}日?[)\]】]"
    r"|[(\[【]?(?:19|20)\d{2}[-./年]\d{1,2}[-./月]\d{1,2}日?[)\]】]?(?:\d{1,2}:\d{2}(?::\d{2})?)?$|^《|》$",
    re.IGNORECASE,
)
YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?:[-—~至]+(?:19|20)?\d{2})?(?:年度?|度)(?!\d{1,2}月)")
BARE_YEAR = re.compile(r"(?<![\d-])((?:19|20)\d{2})(?![\d./-]|年\d{1,2}月)")
CHINESE_YEAR = re.compile(r"[一二][〇○零OＯ0九][〇○零OＯ0一二三四五六七八九]{2}(?=年|度|政府信息公开)")
CHINESE_DIGITS = dict(zip("〇○零OＯ0一二三四五六七八九", "000000123456789", strict=True))

# 政府信息公开 (and how offices shorten it), then at most a few words of the same phrase, then the noun.
TOPIC = r"(?:(?:政府|政务)?信息(?:与政务)?公开|政务公开|政府信息主动公开|公开政府信息)"
YEARS = r"(?:(?:19|20)\d{2}(?:[-—~至]+(?:19|20)\d{2})?年?度?)"
CORE = re.compile(
    rf"{TOPIC}(?:工作)?{YEARS}?(?:年度|年)?(?:工作)?(?:执行)?(?:(?:总体)?情况)?(?:的)?(?:年度报告|年报|年度工作报告)"
    rf"|{TOPIC}(?:工作)?{YEARS}?(?:年度|年)(?:工作)?(?:(?:总体)?情况)?(?:的)?报告"
    rf"|{YEARS}.{{0,30}}?{TOPIC}(?:工作)?(?:执行)?(?:(?:总体)?情况)?(?:的)?(?:工作)?报告"
    rf"|{TOPIC}(?:工作)?(?:情况)?(?:的)?(?:工作)?报告.{{0,2}}{YEARS}"
    rf"|年度.{{0,30}}?{TOPIC}(?:工作)?(?:情况)?(?:的)?报告"
)
# What may follow the report's name without making the title one about the report.
BESIDE = re.compile(
    rf"[(\[【《<][^)\]】》>]*(?:[)\]】》>]|$)|{YEARS}|(?:来源|作者|发布时间|发布日期|浏览|点击|阅读)[次数量]*[:].*"
    r"|\.(?:pdf|docx?|wps|ofd|xlsx?|html?|zip|rar)(?=\.|$)|全文|正文|文本|正式稿?|[终定]稿|(?:修[订改]|更正)[版稿]?|(?:盖章|电子|图片|文字|最新|新)版|扫描[件版]|副本"
    r"|[及含]?附[件表]+|的?公[开布示告]|发布|下载|热|新$|[\d\W_]",
    re.IGNORECASE,
)
# Before there was a form, offices reported on how they carry out the regulation.
LAW = re.compile(r"《?(?:中华人民共和国)?政府信息公开条例》?(?=.{0,16}(?:年度报告|年报|情况的?报告)$)")
LIST_NAME = re.compile(r"^(?:更多|历年|往年|返回)|(?:年报|报告)(?:列表|专栏|栏目|查询)$")
COLUMN = re.compile(
    rf"{TOPIC}(?:工作)?(?:年度)?(?:工作)?(?:年报|报告)|^(?:历年|往年|历史|往期)?(?:公开)?(?:工作)?(?:年度报告|年报)$|公开年报|公开年度报告"
)
CATCH_ALL = re.compile(r"^(?:其他|其它)(?:政府)?(?:文件|信息|公开信息|公开内容)$|^文件类(?:信息)?(?:公开)?$")
SLUG = re.compile(
    r"/(?:[a-z]{0,6}?xxgk(?:gz)?(?:nd(?:bg|bb|b)?|nb|nbao)|[a-z]{0,4}?xxgk_nb|[a-z]{0,4}gknb|gkndbg|ndbg|ndbb|nb|bmnb|xznb|g(?:bm|x)znb|xgjb"
    r"|bmxxgknbsg|bmzxxgknb|zfgknb|xxgkannualreport|opennessannualreport|annualreport)(?:[_0-9-][^/]*)?(?:[/.#?]|$)",
    re.IGNORECASE,
)
REPORT_PAGE = re.compile(
    r"/xxgkAnnualReport\.jsp\?|/(?:XxgkAnnualReport|OpennessAnnualReport|Xxgknb)/show/\d+", re.IGNORECASE
)
YEAR_PARAMETER = re.compile(r"[?&](?:fbtime|title|year|nd)=((?:19|20)\d{2})(?:&|$)")
CUT_OFF = re.compile(r"(?:…|\.{2,}|⋯)+$")
CUT_TOPIC = re.compile(r"(?:政府?信?息?公?|政务?公?|信息?公?)$")
SHORT_FORM = re.compile(
    rf"^(?:关于)?[^,。:;!?]{{0,30}}?{YEARS}[^,。:;!?]{{0,16}}?(?:(?:工作)?(?:年度)?(?:工作)?报告|年报|年度)?(?:\.(?:pdf|docx?|wps|ofd))?$",
    re.IGNORECASE,
)
ORGAN_ENDS = (
    r"(?:[省市县区州盟旗镇乡局办委部厅院社署处室会]|街道|苏木|政府|中心|开发区|管委会|办公室|办事处|大队|支队|总队)"
)
ORGAN_END = re.compile(f"{ORGAN_ENDS}$")
NAME_END = re.compile(rf"(?:{ORGAN_ENDS}|[站所队场园联社师团校行网馆司院厂]|科协)$")
NOTE = re.compile(r"[(\[【][^)\]】]*[)\]】]|\d{1,2}月(?:\d{1,2}日)?|至")
LONGEST_UNKNOWN_NAME = 3  # characters: towns are called 柳林, bureaus 县发改

# Somebody speaks about a report: who holds an office, with or without a name. No place between (市长安区谈固街道) is a name.
TALK = (
    r"(?:专访|访谈|答问|(?:[县市区州盟旗镇乡局厅部处科院会]长|书记|主任|秘书|(?:负责|发言)人)"
    r"(?:[^\d,。:;区县市镇乡街道路村局办委]{2,3})?(?:谈|聊|话|讲述|介绍|就(?=[^,。:;]{0,40}(?:年报|报告))))"
)

# What a title is when it is not a report, in the order in which names outweigh each other. `(?!…)` keeps names of places and of the report.
LOOK_ALIKES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("interpretation", re.compile(
        r"解读|[图数]解|[图数]说|[读看]懂|漫画|动[漫画]|(?:短?视频|音频|海报|H5)[:|丨]|带[你您](?:看|读|了解)|分钟|[一张][张幅]?图|政策问答|速[览读递]",
        re.IGNORECASE,
    )),
    ("essay_template", re.compile(r"范文|范本|模板|样本|怎么|怎样|如何|写作")),
    ("website_annual_form", re.compile(r"(?:网站|新媒体).{0,12}(?:年度)?(?:工作)?(?:年度)?报表|网站(?:监管|工作)年度(?:报告|报表)")),
    ("enterprise_annual_report", re.compile(r"(?:企业|市场主体|经营主体|个体(?:工商)?户?|合作社|工商).{0,12}(?:年报|年度报告)")),
    ("other_disclosure", re.compile(r"(?:信用|财务|财政|环境|教育|司法|案件|监管|企业|慈善|捐赠|网站)信息公开")),
    ("university_disclosure", re.compile(r"学年|(?:高校|高等学校).{0,8}信息公开")),
    (ABOUT, re.compile(
        r"(?:年度报告|年报|工作报告).{0,12}(?:格式|的?通知|的?函|的?公告|工作方案|编制|编写|填报|说明会|说明$|问答|征求意见)|(?:年报|报告)(?:报送)?表$"
        r"|(?:印发|做好|开展|报送|编制|填报).{0,40}(?:年度报告|年报)"
    )),
    ("rule", re.compile(r"(?:年度报告|年报|报告|公开)(?:工作)?(?:发布|报送|编制)?(?:制度|办法|规定|细则|规范|指引|条例)|制度$|办法$|条例$")),
    ("news", re.compile(
        r"会议|培训|座谈|部署|召开|举办|举行|启动|观察|动员|报备|审议|考核|表彰|督查|检查|调研|交流|讲话|走访|工作会$|推进会|评议会|发布会|通报|征集|宣传"
        rf"|{TALK}|记者(?!站)|新闻|直播|点评|热议|述评|侧记|出炉"
        r"|(?:全面|全部|圆满|顺利|按时|如期|提前)(?:完成|发布|公布|公开)|\d+[个家]|(?:发布|公布|公开)工作$"
    )),
    ("study", re.compile(r"评估|评价|蓝皮书|发展报告|研究|论文|综述|分析报告")),
    ("work_points", re.compile(r"要点|工作(?:安排|计划|方案)|实施(?:方案|意见)|任务(?:分解|清单)|重点工作|工作台账")),
    ("statistics", re.compile(r"半年|上半年|下半年|季度|季报|月报|统计(?:表|报表|数据|情况)|情况统计|申请.{0,6}(?:统计|数据)|\d月份?.{0,12}(?:统计|情况)")),
    ("work_summary", re.compile(r"总结|述职|工作汇报")),
    ("guide", re.compile(r"公开(?:工作)?指南|办事指南")),
    ("request_guide", re.compile(r"须知|申请(?:说明|流程|表|指南|方式)|受理")),
    ("government_work_report", re.compile(r"政府工作报告|工作总结报告|履职报告|述廉")),
    ("rule_of_law_report", re.compile(r"法治(?:政府|建设)|依法(?:行政|治[县区市国])|行政执法(?:情况|统计|数据|工作)?年度?报告")),
    ("budget", re.compile(r"[预决]算|三公|绩效(?:自评|评价|目标|报告)|财政收支|资金(?:使用|分配)")),
)  # fmt: skip
ANY_LOOK_ALIKE = re.compile("|".join(f"(?:{names.pattern})" for _, names in LOOK_ALIKES))
NOT_VETOED = re.compile(
    r"(?:宣传部|绩效(?:办|管理|考核|评估)|研究院|研究室|研究中心|调研室|评审中心|征集中心|检查(?:站|院|大队|支队|总队)|督查(?:室|局|办)|督察局|审议会"
    r"|接待|统计局|统计调查|分析中心|考核办|受理中心|预算局|标准化研究)"
)
# The organ in front of a year or of the topic: whatever its name holds says nothing of the title. One that holds these is no name.
NAMED_ORGAN = re.compile(
    rf"^(?:关于)?{YEARS}?(?:(?!解读|图解|图说|读懂|看懂|带[你您]|范文|召开|举办|举行|部署|开展|做好|印发|报送|编制|填报|会议|审议|完成|学年|半年|季度|总结|报表|速览|{TALK})"
    rf"[^,。:;!?《》|丨\d]){{1,40}}?{ORGAN_ENDS}[)]?(?=(?:关于|的)?(?:{YEARS}|{TOPIC}))"
)
NO_GOVERNMENT = re.compile(
    r"(?:大学|学院|中学|小学|幼儿园|[一二三四五六七八九十]中|[一二三四五六七八九十]小|职教中心|职业教育(?:培训)?中心|(?<!党)校|医院|卫生院|保健院"
    r"|妇幼.{0,14}中心|卫生服务中心|防疫站|防治所|血站|敬老院"
    r"|企事业单位|公司|集团|银行|供电所|厂|书店|信用联?社|慈善总?会|电视台|殡仪馆|(?:图书|博物|文化|科技|体育|美术|展览)馆|公证处)$"
)
GENERIC_ORGANS = frozenset(
    ("政府", "本", "我局", "我县", "我市", "本局", "本级", "年度", "部门", "各部门", "全文", "查看", "详情")
)


def look_alike(text: str) -> str | None:
    """The name of what the title is instead. Organs whose own names hold such a word (统计局, 国防动员办公室) do not count."""
    if not ANY_LOOK_ALIKE.search(text):
        return None
    plain = NOT_VETOED.sub("某", NAMED_ORGAN.sub("某", text))
    for kind, names in LOOK_ALIKES:
        if names.search(plain):
            return kind
    return None


def _says_too_little(text: str, year: int | None) -> bool:
    """Whether nothing but the column can decide: the title is cut off, or is no more than an organ, a year and perhaps `年报`."""
    if CUT_OFF.search(text):
        name = _organ_text(text)
        return year is not None and any(ORGAN_END.search(one) for one in (name, CUT_TOPIC.sub("", name)))
    if year is None:
        return bool(re.fullmatch(r".{2,24}(?:年报|年度报告)", text))
    if not SHORT_FORM.match(text):
        return False
    rest = re.sub(
        rf"关于|{YEARS}|{TOPIC}(?:工作)?(?:情况)?$|(?:工作)?(?:年度)?(?:工作)?报告|年报|年度|公开|\.(?:pdf|docx?|wps|ofd)$",
        "",
        text,
        flags=re.IGNORECASE,
    )
    return not rest or bool(ORGAN_END.search(rest))


def _stranger(text: str, found: re.Match[str]) -> str | None:
    """What a title says beside the report's name that is neither an organ nor of no weight: then it speaks about reports.

    Titles in the reports' own column are not asked this: what is refused there is never looked at, and would be missed.
    """
    before = _organ_text(NOTE.sub("", text[: found.start()]))
    if len(before) > LONGEST_UNKNOWN_NAME and not NAME_END.search(before):
        return before
    after = BESIDE.sub("", CORE.sub("", text[found.end() :]))
    return after if after and not NAME_END.search(after) else None


def _report_or_institution(text: str, end: int, year: int | None, why: str) -> Verdict:
    organ = _organ(text, end)
    if organ and NO_GOVERNMENT.search(organ):
        return Verdict(
            False, "public_institution", organ, year, f"{organ} is an institution, not an organ of government"
        )
    return Verdict(True, REPORT, organ, year, why)


def _organ(text: str, end: int) -> str | None:
    """The organ that the title names before its topic, or after a year that stands first."""
    name = _organ_text(text[:end] if end else text)
    return name if len(name) > 1 and name not in GENERIC_ORGANS else None


def _organ_text(text: str) -> str:
    before, *_ = re.split(TOPIC, text, maxsplit=1)
    text = f"{before}政府" if before.endswith("人民") else before  # 人民政府信息公开: both words end and begin there
    text = re.sub(YEARS, "", CUT_OFF.sub("", text))
    text = re.sub(
        r"^(?:关于|附件\d*[:：]?|报告[:：])+|(?:关于|开展|的|本级|发布|公布|贯彻|实施|施行|执行|落实|依申请公开|主动|和|及|[|丨_—-])+$|[《》\"“”()【】\[\]:：]",
        "",
        text,
    )
    return re.sub(r"(?:工作)?(?:年度)?(?:工作)?(?:报告|年报)$|年度$|\.(?:pdf|docx?|wps|ofd)$", "", text)


def _year_in_address(url: str) -> int | None:
    """The year an address states as a parameter. Folders and dates in it are when, not which year: a report appears the year after."""
    found = YEAR_PARAMETER.search(url)
    return int(found[1]) if found else None
