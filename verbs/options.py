"""The options that many verbs have, under the same names everywhere."""

from __future__ import annotations

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="CSV with a head line.")]
SiteOption = Annotated[str | None, typer.Option("--site", help="Only this site's code.")]
RegionOption = Annotated[str | None, typer.Option("--region", help="Only this region code, or below it.")]
YearOption = Annotated[int | None, typer.Option("--year", help="Only this report year.")]
OrganOption = Annotated[str | None, typer.Option("--organ", help="Only organs whose name holds these words.")]
