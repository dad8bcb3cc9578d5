"""What a template writes is what Jinja's own escaping would write, whatever the value."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment
from markupsafe import Markup, escape

from archive.web.escaping import EscapingTemplate, escaped


class Marked:
    def __html__(self) -> str:
        return "<b>"


class Word(str):
    __slots__ = ()


VALUES = st.one_of(
    st.text(alphabet="a&<>'\"年\n"),
    st.text(),
    st.text().map(Markup),
    st.text(alphabet="<&").map(Word),
    st.integers(),
    st.booleans(),
    st.none(),
    st.floats(),
    st.lists(st.text(alphabet="<'")),
    st.builds(Marked),
)


@given(VALUES)
def test_every_value_is_written_as_jinja_would(value: Any) -> None:
    assert str(escaped(value)) == str(escape(value))


PAGES = {
    "base": "{% block body %}{% endblock %}",
    "macros": "{% macro cell(value) %}<td>{{ value }}</td>{% endmacro %}",
    "page": '{% extends "base" %}{% import "macros" as m %}{% block body %}{{ m.cell(value) }}{{ value ~ value }}{{ value | upper }}{% endblock %}',
}


@given(st.text(alphabet="a&<>'\""))
def test_whole_templates_escape_once_and_everywhere(value: str) -> None:
    plain, quick = (Environment(loader=DictLoader(PAGES), autoescape=True) for _ in range(2))
    quick.template_class = EscapingTemplate
    assert quick.get_template("page").render(value=value) == plain.get_template("page").render(value=value)
