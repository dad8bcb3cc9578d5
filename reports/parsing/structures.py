"""The blocks of a document in, which look-alike of an annual report their words and tables show out: for pages whose title says nothing.

Each kind has turns of phrase and table labels of its own. One of them proves nothing, so a kind needs several different ones, and where an
annual report of an organ may use them too, the voice of another body (我校, 本公司).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reports.model import Paragraph, Table
from reports.wording import close_up

_MOST = 40_000  # characters looked at: a kind shows early
_LEAST = 3  # different marks of a kind


@dataclass(frozen=True, slots=True)
class _Structure:
    kind: str
    marks: re.Pattern[str]
    least: int = _LEAST
    voice: re.Pattern[str] | None = None  # without it the marks do not count


def _structure(kind: str, *marks: str, least: int = _LEAST, voice: str | None = None) -> _Structure:
    """Each mark is a group of its own, so that its number tells it apart."""
    groups = "|".join(f"({mark})" for mark in marks)
    return _Structure(kind, re.compile(groups), least, re.compile(voice) if voice else None)


_SCHOOL = _structure(
    "school_report",
    "师生", "教职工", "学年", "校务公开|校园网", "招生|录取", "二级学院|院系|教研", "高等学校信息公开|学校信息公开", "学生", "校长|校领导|校党委",
    least=4, voice="我校|本校|全校|学校(?:党委|高度重视|信息公开|办公室)|学院(?:党委|高度重视|信息公开)|我园|本园",
)  # fmt: skip
_UTILITY = _structure(
    "utility_report",
    "供水|自来水", "供电|停电", "燃气|供气", "供热|供暖", "公交|公共交通", "停水|爆管|抢修|抢险", "水质|水压|水价", "气价|热价|票价|线路", "用户|抄表|报装",
    "服务热线|客服|营业(?:厅|网点)", "企事业单位信息公开",
    least=4, voice="我公司|本公司|公司(?:党委|高度重视|严格|信息公开|全年|共)|供水企业|本企业",
)  # fmt: skip
_COMPANY = _structure(
    "company_report",
    "董事会|监事会", "股东|股权", "营业收入|利润", "资产负债|资产总额|国有资产", "经营|市场", "薪酬|负责人履职", "国资委|国有企业", "子公司|分公司",
    voice="我公司|本公司|集团公司|公司(?:党委|高度重视|信息公开|全年|实现)",
)  # fmt: skip
INSTITUTIONS = (_SCHOOL, _UTILITY, _COMPANY)  # they report on disclosure too, in sections much like an organ's

_OTHERS = (
    _structure(
        "government_work_report",
        "各位代表", "代表.{0,8}人民政府.{0,12}报告|报告工作", "请予审议|提出意见", "地区生产总值|生产总值", "公共预算收入|财政收入", "居民人均可支配收入",
        "固定资产投资|规模以上工业", "过去(?:的)?一年|政府工作回顾", "(?:今年|明年|下一年).{0,8}(?:工作安排|主要目标|重点工作)", "乡村振兴",
        least=4,
    ),
    _structure(
        "rule_of_law_report",
        "法治政府建设|法治建设", "合法性审[核查]", "行政应诉|出庭应诉", "行政执法", "普法|法治宣传", "重大行政决策", "法治思想|第一责任人", "法律顾问", "人民调解|调解委员会",
        least=4,
    ),
    _structure(
        "website_report",
        "网站名称", "首页网址", "网站标识码|标识码", "ICP备案", "公安机关备案", "访问总量|访问量", "独立用户", "信息发布总数|信息发布.{0,6}总数", "专栏专题", "互动交流",
        "安全检测|安全防护|应急演练", "移动新媒体|微博.{0,20}微信",
    ),
    _structure(
        "budget",
        "一般公共预算", "收支(?:总表|总体|预算)", "基本支出", "项目支出", "三公.{0,2}经费", "公务接待费", "因公出国", "公务用车", "机关运行经费", "决算", "财政拨款",
    ),
    _structure(
        "interpretation",
        "(?:出台|制定|起草|政策)(?:的)?(?:背景|目的|意义)", "(?:制定|起草|政策)(?:的)?依据", "主要内容", "起草过程|制定过程", "政策亮点|重点内容|重点说明|创新举措",
        "(?:解读|答记者问|问答)", "(?:适用|实施)(?:范围|对象|期限)", "解读(?:机关|单位|人)|咨询电话",
    ),
    _structure(
        "guide",
        "受理(?:机构|时间)", "办公(?:地址|时间)|通信地址|通讯地址", "申请表", "申请(?:方式|的?提出|的?受理)|提出申请", "公开(?:的)?(?:范围|内容|形式)",
        "编排体系|分类编排|索引号", "获取(?:方式|方法|途径)", "答复期限|二十个工作日|20个工作日", "监督(?:方式|渠道|和)?(?:救济)?|申请人认为", "传真|邮政编码",
        least=4,
    ),
    _structure(
        "rules",
        "第一条", "第二条", "第三条", "第五条", "本(?:制度|办法|规定|细则|规范).{0,30}(?:施行|执行|实施)", "制定本(?:制度|办法|规定|细则|规范)|结合.{0,14}实际",
        "负责解释", "第一章|总则|附则",
        least=4,
    ),
    _structure(
        "periodic_statistics",
        "上半年|下半年|半年", "第?[一二三四1-4]季度", "(?:[1-9]|1[0-2])月份", "1[—~～至-]+[2-9]月|1月1日[—~～至-]+.{0,5}[3-9]月3[01]日", "截至.{0,8}(?:[3-9]月底|[3-9]月3[01]日)",
        "环比|同比|累计", "统计(?:时段|时间|日期|期间|周期)|填报(?:单位|时间|人)", "(?:本|上)季度|本月|本期",
    ),
    _structure(
        "news",
        "会议(?:强调|指出|要求|听取|认为|由)", "(?:出席|参加|列席)(?:了)?(?:会议|培训|活动)|参会|参训", "主持(?:会议|召开|了)?", "培训(?:班|会|邀请|围绕|采取|结束)",
        "授课|讲解|讲授", "记者|通讯员|供稿|责任编辑|[(]文/", r"(?:\d月\d+日|近日|日前|当天)[,，]?(?:上午|下午)?", "与会|学员|交流发言",
    ),
    _structure(
        "work_summary",
        "今年以来|一年来|年初以来", "(?:主要|具体)做法", "(?:工作)?亮点|工作成效|取得(?:了)?.{0,8}(?:成效|成绩)", "存在(?:的)?(?:不足|差距|问题)", "下(?:一)?步(?:工作)?(?:打算|计划|安排|措施)|(?:明年|来年)(?:的)?工作",
        "现将.{0,40}(?:总结|汇报|报告)如下", "工作总结|自查|自评", "党建|经济发展|民生",
    ),
)  # fmt: skip


def structural_kind(blocks: Sequence[Paragraph | Table]) -> str | None:
    """The kind with the largest part of its marks in the document; None when none has enough or two are equal."""
    return _best(_words(blocks), (*INSTITUTIONS, *_OTHERS))


def institution_kind(blocks: Sequence[Paragraph | Table]) -> str | None:
    """school_report, utility_report or company_report, when such a body speaks; None for an organ's own report."""
    return _best(_words(blocks), INSTITUTIONS)


def _best(text: str, structures: Sequence[_Structure]) -> str | None:
    shares: dict[str, float] = {}
    for structure in structures:
        if structure.voice is not None and not structure.voice.search(text):
            continue
        found = len({match.lastindex for match in structure.marks.finditer(text)})
        if found >= structure.least:
            shares[structure.kind] = found / structure.marks.groups
    if not shares:
        return None
    best = max(shares.values())
    kinds = [kind for kind, share in shares.items() if share == best]
    return kinds[0] if len(kinds) == 1 else None


def _words(blocks: Sequence[Paragraph | Table]) -> str:
    parts: list[str] = []
    length = 0
    for block in blocks:
        words = (
            block.text
            if isinstance(block, Paragraph)
            else "\n".join(cell.text for row in block.rows for cell in row if not cell.spans)
        )
        parts.append("\n".join(map(close_up, words.split("\n"))))
        length += len(words)
        if length > _MOST:
            break
    return "\n".join(parts)[:_MOST]
