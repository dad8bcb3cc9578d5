"""Printed words in, comparable words out: what counts as the same wording of a label, a heading or a paragraph, decided in one place.

White space, full and half width, quotation marks, brackets and code points that only look alike (Kangxi radicals) never matter.
"""

from __future__ import annotations

import re
import unicodedata

from reports.remembering import remembered

# Chromium and WPS write radicals into PDF text layers. NFKC maps U+2F00 to U+2FD5 but not the supplement at U+2E80.
_RADICALS = {
    "⺀": "冫", "⺁": "厂", "⺄": "乙", "⺅": "亻", "⺆": "冂", "⺇": "几", "⺈": "刀", "⺉": "刂", "⺊": "卜", "⺋": "㔾",
    "⺌": "小", "⺍": "小", "⺎": "兀", "⺐": "尣", "⺒": "巳", "⺓": "幺", "⺔": "彑", "⺕": "彐", "⺖": "忄", "⺗": "心",
    "⺘": "扌", "⺙": "攵", "⺛": "旡", "⺜": "日", "⺝": "月", "⺞": "歹", "⺟": "母", "⺠": "民", "⺡": "氵", "⺢": "氺",
    "⺣": "灬", "⺤": "爫", "⺥": "爫", "⺦": "丬", "⺧": "牛", "⺨": "犭", "⺪": "疋", "⺫": "目", "⺬": "示", "⺭": "礻",
    "⺮": "竹", "⺯": "糸", "⺰": "纟", "⺱": "罒", "⺲": "罒", "⺳": "罓", "⺶": "羊", "⺷": "羊", "⺸": "羊", "⺹": "老",
    "⺺": "聿", "⺻": "聿", "⺼": "肉", "⺽": "臼", "⺾": "艹", "⺿": "艹", "⻀": "艹", "⻁": "虎", "⻂": "衤", "⻃": "西",
    "⻄": "西", "⻅": "见", "⻆": "角", "⻇": "角", "⻈": "讠", "⻉": "贝", "⻊": "足", "⻋": "车", "⻌": "辶", "⻍": "辶",
    "⻎": "辶", "⻏": "阝", "⻐": "钅", "⻑": "长", "⻒": "长", "⻓": "长", "⻔": "门", "⻕": "阜", "⻖": "阝", "⻗": "雨",
    "⻘": "青", "⻙": "韦", "⻚": "页", "⻛": "风", "⻜": "飞", "⻝": "食", "⻞": "食", "⻟": "饣", "⻠": "饣", "⻡": "首",
    "⻢": "马", "⻣": "骨", "⻤": "鬼", "⻥": "鱼", "⻦": "鸟", "⻧": "卤", "⻨": "麦", "⻩": "黄", "⻪": "黾", "⻫": "齐",
    "⻬": "齐", "⻭": "齿", "⻮": "齿", "⻯": "龙", "⻰": "龙", "⻱": "龟", "⻲": "龟", "⻳": "龟",
}  # fmt: skip
_RADICALS |= {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
_REAL_CHARACTERS = str.maketrans(_RADICALS)
_HAS_RADICAL = re.compile("[\u2e80-\u2fd5]")

_SPACE = re.compile(r"[\s\u200b-\u200f\u2028\u2029\u2060\ufeff\u00ad]+")
_WIDE = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff05\uff0e\u2e80-\u2fd5]")
# Where only these are wide, normalising has nothing left to do, and that it knows at once: prose is a tenth of the work.
_USUAL_WIDE = tuple(zip("，；：（）？！％０１２３４５６７８９", ",;:()?!%0123456789", strict=True))
_PUNCTUATION = re.compile(r"[^\w]|_")
_ORDINAL = re.compile(
    r"^(?:[(][一二三四五六七八九十\d]{1,3}[)]、?"
    r"|[一二三四五六七八九十]{1,3}[、.,:]"
    r"|[①②③④⑤⑥⑦⑧⑨]"
    r"|\d{1,2}(?:[.、,:](?!\d)|(?=[^\d.,%])))"
)


def real_characters(text: str) -> str:
    """The text with radicals written as the characters that they stand for. Nothing else changes: digits stay as printed."""
    return text.translate(_REAL_CHARACTERS) if _HAS_RADICAL.search(text) else text


@remembered
def squeeze(text: str) -> str:
    """Without white space, in one width: "（一） 予以公开" and "(一)予以公开" come out equal."""
    return squeeze_prose(text)


def squeeze_prose(text: str) -> str:
    """The same for a long text: it does not come again, and is not remembered."""
    return _closed(text if text.isascii() else _in_one_width(text))


def close_up(text: str) -> str:
    """Prose without white space, its digits and letters in one width. Cheaper than `squeeze`: punctuation stays as printed."""
    closed = _closed(text)
    return _in_one_width(closed) if _WIDE.search(closed) else closed


def _closed(text: str) -> str:
    """Without white space, that which nobody sees as well: none of it is printable."""
    closed = "".join(text.split())
    return closed if closed.isprintable() else _SPACE.sub("", closed)


def _in_one_width(text: str) -> str:
    for wide, narrow in _USUAL_WIDE:
        text = text.replace(wide, narrow)
    return unicodedata.normalize("NFKC", real_characters(text))


@remembered
def split_ordinal(text: str) -> tuple[str, str]:
    """The numbering printed before the words, if any, and the words; both squeezed."""
    squeezed = squeeze(text).lstrip("#*")
    found = _ORDINAL.match(squeezed)
    return (found.group(), squeezed[found.end() :]) if found else ("", squeezed)


@remembered
def letters(text: str) -> str:
    """Only the characters that carry meaning: no white space, no punctuation, no quotation marks."""
    return _PUNCTUATION.sub("", squeeze(text))


@remembered
def bare_label(text: str) -> str:
    """A label without its numbering and punctuation."""
    return letters(split_ordinal(text)[1])
