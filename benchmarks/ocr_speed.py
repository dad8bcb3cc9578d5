"""A report's pages drawn as pictures, as a scanner gives them, in; seconds a page and how many figures are right, unknown or wrong out.

    python -m benchmarks.ocr_speed [--dots 150] [--pages 3] [--profile]

The scan is made from a real PDF where the real samples lie beside the project, else from the PDF of the own samples; truth is what the same
PDF's own text says. Needs the extra `ocr`. The first page also loads the models, which is told apart.

Measured on x86-64, 2 cores otherwise idle, Linux 6.18, CPython 3.11.7, rapidocr 3.10.0, onnxruntime 1.31.1, numpy 2.4.6, hongze_2023.pdf of
five pages at 150 dots, no options: 2.1 s wall and 3.9 s of CPU a page, 2.9 s wall the worst; 186 of 186 figures right, none wrong; with
`--rough` 1.9 s wall a page, 2.6 s the worst, and as many right. The same scan by `nianbao parse`, models and all: 12.4 s. Looking for words at full length instead of 1,280
pixels costs a quarter more, at 960 pixels a tenth less, with the same figures. Nearly all of it is the two models: of 92 s under the profiler
72 were theirs (finding and recognising about equal), 5 the search for the sheet's slope. CPU seconds are of two threads.
"""

from __future__ import annotations

import argparse
import cProfile
import io
import platform
import pstats
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import reports
from reports.extraction import ocr
from reports.extraction.paging import Pages
from reports.model import Document

if TYPE_CHECKING:
    from reports.extraction.ocr import Picture

ROOT = Path(__file__).parents[1]
SOURCES = (
    ROOT / ".." / "shared" / "samples" / "real" / "hongze_2023.pdf",
    ROOT / "tests" / "samples" / "pdf" / "input.pdf",
)
MOST_SECONDS = 6.0


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--dots", type=int, default=150, help="of the scan, to the inch")
    options.add_argument("--pages", type=int, default=99, help="read no more than so many")
    options.add_argument("--rough", action="store_true", help="lay the sheet askew, blur it and strew dust on it")
    options.add_argument("--profile", action="store_true", help="say where the time goes")
    wanted = options.parse_args()
    if not ocr.installed():
        print("the extra `ocr` is not installed: pip install 'nianbao[ocr]'")
        return 2
    source = next(path for path in SOURCES if path.is_file())
    packages = ", ".join(f"{name} {version(name)}" for name in ("rapidocr", "onnxruntime", "numpy"))
    print(f"{platform.platform()}, {platform.machine()}, CPython {platform.python_version()}, {packages}")
    started = time.perf_counter()
    ocr.warm_up()
    print(f"models loaded in {time.perf_counter() - started:.1f} s")
    profiler = cProfile.Profile() if wanted.profile else None
    if profiler:
        profiler.enable()
    document, cpu, wall = read_scan(source.read_bytes(), wanted)
    if profiler:
        profiler.disable()
        text = io.StringIO()
        pstats.Stats(profiler, stream=text).sort_stats("tottime").print_stats(18)
        print(text.getvalue())
    for number, (one, other) in enumerate(zip(cpu, wall, strict=True), 1):
        print(f"  page {number}: {one:.1f} s CPU, {other:.1f} s wall")
    print(
        f"{source.name} at {wanted.dots} dots: {sum(cpu) / len(cpu):.1f} s CPU and {sum(wall) / len(wall):.1f} s wall a page"
    )
    if wanted.pages == 99:
        _compare(document, source)
    return 0 if max(wall) <= MOST_SECONDS else 1


def read_scan(payload: bytes, wanted: argparse.Namespace) -> tuple[Document, list[float], list[float]]:
    import pypdfium2 as pdfium

    source = pdfium.PdfDocument(payload)
    pages = Pages()
    cpu, wall = [], []
    for number in range(min(wanted.pages, len(source))):
        picture = source[number].render(scale=wanted.dots / 72, rev_byteorder=True).to_numpy()[:, :, :3].copy()
        if wanted.rough:
            picture = roughened(picture, number)
        times = time.process_time(), time.perf_counter()
        pages.add(*ocr.read_picture(picture), number + 1)
        cpu.append(time.process_time() - times[0])
        wall.append(time.perf_counter() - times[1])
    source.close()
    return Document("pdf", tuple(pages.blocks()), by_ocr=True), cpu, wall


def roughened(picture: Picture, seed: int) -> Picture:
    """0.6 degrees askew, a little out of focus, grey and grainy: a sheet from an office scanner."""
    import cv2
    import numpy as np

    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 0.6 if seed % 2 else -0.6, 1.0)
    askew = cv2.warpAffine(picture, turn, (width, height), borderValue=(255, 255, 255))
    soft = cv2.GaussianBlur(askew, (3, 3), 0.8).astype(np.float32) * 0.92
    grain = np.random.default_rng(seed).normal(0, 9, soft.shape[:2]).astype(np.float32)
    return np.clip(soft + grain[:, :, None], 0, 255).astype(np.uint8)


def _compare(document: Document, source: Path) -> None:
    true = reports.parse(reports.extract(source.read_bytes(), None, None)).figures
    found = reports.parse(document)
    known = {key for key, figure in true.items() if figure.value is not None}
    right = sum(found.value(key) == true[key].value for key in known)
    wrong = sorted(
        key
        for key, figure in found.figures.items()
        if figure.value is not None and (key not in true or figure.value != true[key].value)
    )
    print(
        f"figures: {right} right, {len(known) - right - len(set(wrong) & known)} unknown, {len(wrong)} wrong, of {len(known)}"
    )
    for key in wrong:
        print(f"  {key}: {found.value(key)}, truly {true[key].value if key in true else 'not there'}")


if __name__ == "__main__":
    sys.exit(main())
