"""The official form as data: its sections, the rows and columns of its three tables, by edition. Labels in, keys out; no code that reads.

A new edition is a new `Form` here. Keys are stable for ever: a key that an edition drops stays in the list.
"""

from __future__ import annotations

from dataclasses import dataclass

from reports.model import Edition


@dataclass(frozen=True, slots=True)
class Label:
    """One heading, row or column: its key, the words the form prints, and the words that real reports print instead."""

    key: str
    text: str
    variants: tuple[str, ...] = ()
    group: str | None = None  # the key of the group it is printed under
    ordinal: str = ""  # the numbering printed before the words


@dataclass(frozen=True, slots=True)
class DisclosureBlock:
    """One of the stacked blocks of the table on disclosure: the article it reports on, its rows and its columns."""

    article: str
    rows: tuple[Label, ...]
    columns: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Form:
    edition: Edition
    disclosure: tuple[DisclosureBlock, ...]
    request_rows: tuple[Label, ...]

    @property
    def leaf_rows(self) -> tuple[Label, ...]:
        """The rows whose sum is the total of what was settled in the year."""
        return tuple(row for row in self.request_rows if row.key not in _NOT_LEAVES)

    @property
    def keys(self) -> tuple[str, ...]:
        cells = [f"disclosure.{r.key}.{c.key}" for block in self.disclosure for r in block.rows for c in block.columns]
        cells += [f"requests.{row.key}.{column.key}" for row in self.request_rows for column in REQUEST_COLUMNS]
        cells += [f"disputes.{group.key}.{column.key}" for group in DISPUTE_GROUPS for column in DISPUTE_COLUMNS]
        return tuple(cells)


SECTIONS = (
    Label(
        "overview",
        "总体情况",
        ("概述", "基本情况", "政府信息公开工作的基本情况", "政府信息公开工作基本情况"),
        ordinal="一",
    ),
    Label(
        "disclosure",
        "主动公开政府信息情况",
        ("主动公开政府信息的情况", "行政机关主动公开政府信息的情况", "行政机关主动公开政府信息情况"),
        ordinal="二",
    ),
    Label(
        "requests",
        "收到和处理政府信息公开申请情况",
        ("收到和处理政府信息公开申请的情况", "依申请公开政府信息情况", "行政机关收到和处理政府信息公开申请情况"),
        ordinal="三",
    ),
    Label(
        "disputes",
        "政府信息公开行政复议、行政诉讼情况",
        ("政府信息公开行政复议行政诉讼情况", "因政府信息公开工作被申请行政复议、提起行政诉讼情况"),
        ordinal="四",
    ),
    Label(
        "problems",
        "存在的主要问题及改进情况",
        ("存在问题及改进情况", "存在的问题及改进情况", "政府信息公开工作存在的主要问题及改进情况"),
        ordinal="五",
    ),
    Label("other", "其他需要报告的事项", ("其他需要报告事项", "其他事项", "需要报告的其他事项"), ordinal="六"),
)
# The free form (until 2018) reports fees in a section of their own, between the requests and the disputes.
FREE_SECTIONS = (*SECTIONS[:3], Label("fees", "收费及减免情况"), *SECTIONS[3:])

_DOCUMENT_COLUMNS_2021 = (
    Label("issued", "本年制发件数", ("本年度制发件数", "本年制发文件", "本年制发数")),
    Label("repealed", "本年废止件数", ("本年度废止件数", "本年度止件数", "本年废止数")),
    Label("in_force", "现行有效件数", ("现行有效数",)),
)
_DECISIONS = (Label("decisions", "本年处理决定数量", ("本年度处理决定数量", "处理决定数量")),)
_DOCUMENT_COLUMNS_2019 = (
    Label("new_made", "本年新制作数量", ("本年新制作数",)),
    Label("new_public", "本年新公开数量", ("本年新公开数",)),
    Label("total_public", "对外公开总数量", ("对外公开总数",)),
)
_ITEMS_2019 = (
    Label("prev_items", "上一年项目数量", ("上年项目数量",)),
    Label("delta", "本年增/减", ("本年增减", "本年增／减")),
)
_RULES = Label("rules", "规章")
_NORMATIVE = Label("normative", "行政规范性文件", ("规范性文件", "行政规范性文件数"))
_LICENCE = Label("licence", "行政许可")
_PENALTY = Label("penalty", "行政处罚")
_COERCION = Label("coercion", "行政强制")
_FEES = Label("fees", "行政事业性收费")

DISCLOSURE_2021 = (
    DisclosureBlock("第二十条第（一）项", (_RULES, _NORMATIVE), _DOCUMENT_COLUMNS_2021),
    DisclosureBlock("第二十条第（五）项", (_LICENCE,), _DECISIONS),
    DisclosureBlock("第二十条第（六）项", (_PENALTY, _COERCION), _DECISIONS),
    DisclosureBlock(
        "第二十条第（八）项",
        (_FEES,),
        (Label("amount_wan", "本年收费金额（单位：万元）", ("本年收费金额", "本年收费金额（万元）")),),
    ),
)
DISCLOSURE_2019 = (
    DisclosureBlock("第二十条第（一）项", (_RULES, _NORMATIVE), _DOCUMENT_COLUMNS_2019),
    DisclosureBlock(
        "第二十条第（五）项", (_LICENCE, Label("other_services", "其他对外管理服务事项")), (*_ITEMS_2019, *_DECISIONS)
    ),
    DisclosureBlock("第二十条第（六）项", (_PENALTY, _COERCION), (*_ITEMS_2019, *_DECISIONS)),
    DisclosureBlock("第二十条第（八）项", (_FEES,), _ITEMS_2019),
    DisclosureBlock(
        "第二十条第（九）项",
        (Label("procurement", "政府集中采购"),),
        (Label("items", "采购项目数量"), Label("amount", "采购总金额")),
    ),
)

REQUEST_COLUMNS = (
    Label("natural", "自然人"),
    Label("org_business", "商业企业", group="organisation"),
    Label("org_research", "科研机构", group="organisation"),
    Label("org_social", "社会公益组织", group="organisation"),
    Label("org_legal", "法律服务机构", group="organisation"),
    Label("org_other", "其他", group="organisation"),
    Label("total", "总计"),
)

REQUEST_GROUPS = (
    Label("results", "本年度办理结果", ordinal="三、"),
    Label("refused", "不予公开", ordinal="（三）"),
    Label("unavailable", "无法提供", ordinal="（四）"),
    Label("not_processed", "不予处理", ordinal="（五）"),
    Label("other", "其他处理", ordinal="（六）"),
)

_REQUEST_ROWS_HEAD = (
    Label("new_received", "本年新收政府信息公开申请数量", ordinal="一、"),
    Label("carried_in", "上年结转政府信息公开申请数量", ordinal="二、"),
    Label("granted", "予以公开", group="results", ordinal="（一）"),
    Label(
        "granted_part",
        "部分公开（区分处理的，只计这一情形，不计其他情形）",
        ("部分公开",),
        group="results",
        ordinal="（二）",
    ),
    Label("refused.secret", "属于国家秘密", group="refused", ordinal="1."),
    Label("refused.law", "其他法律行政法规禁止公开", group="refused", ordinal="2."),
    Label("refused.safety", "危及“三安全一稳定”", group="refused", ordinal="3."),
    Label("refused.third_party", "保护第三方合法权益", group="refused", ordinal="4."),
    Label("refused.internal", "属于三类内部事务信息", group="refused", ordinal="5."),
    Label("refused.process", "属于四类过程性信息", group="refused", ordinal="6."),
    Label("refused.enforcement_file", "属于行政执法案卷", group="refused", ordinal="7."),
    Label("refused.admin_query", "属于行政查询事项", group="refused", ordinal="8."),
    Label("unavailable.not_held", "本机关不掌握相关政府信息", group="unavailable", ordinal="1."),
    Label("unavailable.must_create", "没有现成信息需要另行制作", group="unavailable", ordinal="2."),
    Label("unavailable.unclear", "补正后申请内容仍不明确", group="unavailable", ordinal="3."),
    Label("not_processed.petition", "信访举报投诉类申请", group="not_processed", ordinal="1."),
    Label("not_processed.repeat", "重复申请", group="not_processed", ordinal="2."),
    Label("not_processed.publication", "要求提供公开出版物", group="not_processed", ordinal="3."),
    Label("not_processed.excessive", "无正当理由大量反复申请", group="not_processed", ordinal="4."),
    Label(
        "not_processed.confirm",
        "要求行政机关确认或重新出具已获取信息",
        ("要求行政机关确认或重新出具以获取信息",),
        group="not_processed",
        ordinal="5.",
    ),
)
_REQUEST_ROWS_TAIL = (
    Label("result_total", "总计", group="results", ordinal="（七）"),
    Label("carried_out", "结转下年度继续办理", ordinal="四、"),
)
OTHER_ALL = Label("other.all", "其他处理", group="results", ordinal="（六）")

REQUEST_ROWS_2021 = (
    *_REQUEST_ROWS_HEAD,
    Label(
        "other.no_correction",
        "申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请",
        group="other",
        ordinal="1.",
    ),
    Label(
        "other.fee_unpaid",
        "申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请",
        group="other",
        ordinal="2.",
    ),
    Label("other.misc", "其他", group="other", ordinal="3."),
    *_REQUEST_ROWS_TAIL,
)
REQUEST_ROWS_2019 = (*_REQUEST_ROWS_HEAD, OTHER_ALL, *_REQUEST_ROWS_TAIL)
_NOT_LEAVES = {"new_received", "carried_in", "result_total", "carried_out"}

DISPUTE_GROUPS = (
    Label("review", "行政复议"),
    Label("suit_direct", "未经复议直接起诉", group="suit"),
    Label("suit_after", "复议后起诉", group="suit"),
)
DISPUTE_COLUMNS = (
    Label("upheld", "结果维持"),
    Label("corrected", "结果纠正"),
    Label("other", "其他结果"),
    Label("pending", "尚未审结"),
    Label("total", "总计"),
)

FORM_2021 = Form(Edition.FORM_2021, DISCLOSURE_2021, REQUEST_ROWS_2021)
FORM_2019 = Form(Edition.FORM_2019, DISCLOSURE_2019, REQUEST_ROWS_2019)
FORMS = {form.edition: form for form in (FORM_2021, FORM_2019)}

# Money may be a fraction; `delta` may be negative; every other figure is a whole number that is not negative.
MONEY_KEYS = ("disclosure.fees.amount_wan", "disclosure.procurement.amount")
SIGNED_KEYS = tuple(key for key in FORM_2019.keys if key.endswith(".delta"))

# A report of 2021 or later may print 其他处理 as one row, as the edition of 2019 does: the key exists beside its three parts.
FIGURE_KEYS = tuple(
    dict.fromkeys(
        (*FORM_2021.keys, *(f"requests.{OTHER_ALL.key}.{column.key}" for column in REQUEST_COLUMNS), *FORM_2019.keys)
    )
)
