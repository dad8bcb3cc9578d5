"""The data package of `nianbao export package FOLDER` in, a chart of applications received a year out.

    nianbao export package panel        (or take the data package from the page /exports and unzip it)
    pip install pandas matplotlib
    python docs/panel_with_pandas.py panel requests.png

A figure that is not known is missing (NA), never 0: pandas leaves it out of sums and says how many there were.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd

KINDS = {"integer": "Int64", "number": "float64", "string": "string"}


def load(folder: Path) -> pd.DataFrame:
    """Each column with the type that the data dictionary gives it."""
    (resource,) = json.loads((folder / "datapackage.json").read_text("utf-8"))["resources"]
    fields = resource["schema"]["fields"]
    kinds = {field["name"]: KINDS[field["type"]] for field in fields if field["type"] in KINDS}
    dates = [field["name"] for field in fields if field["type"] in ("date", "datetime")]
    return pd.read_csv(folder / resource["path"], dtype=kinds, parse_dates=dates, encoding="utf-8-sig")


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit("usage: python docs/panel_with_pandas.py FOLDER PICTURE.png")
    folder, picture = Path(sys.argv[1]), Path(sys.argv[2])
    received = load(folder).groupby("year")["requests_new_received_total"].agg(["sum", "count", "size"])
    print(received.rename(columns={"sum": "applications", "count": "reports that say", "size": "reports"}))
    axes = received["sum"].plot.bar(title="Applications received")
    axes.figure.savefig(picture, bbox_inches="tight")


if __name__ == "__main__":
    main()
