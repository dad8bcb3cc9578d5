"""A picture's bytes, or a PDF of pictures, in; Document out: its text by OCR where that is installed, the state `image only` otherwise."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from reports.errors import UnreadableFile
from reports.extraction import ocr
from reports.extraction.limits import MOST_PIXELS, MOST_SCANNED_PAGES, refuse_beyond
from reports.extraction.paging import Pages
from reports.model import Document

if TYPE_CHECKING:
    from reports.extraction.ocr import Picture

DOTS = 150  # to the inch: 572 of 572 figures of a clean scan; finer costs time and reads no better
LEAST_WIDTH = 1000  # pixels of a page's width below which small print cannot be read; smaller pictures are enlarged


def read_image(payload: bytes, url: str | None) -> Document:
    if not ocr.installed():
        return Document("image", (), url=url, image_only=True)
    return _read("image", _frames(payload), url)


def read_scanned_pdf(payload: bytes, url: str | None) -> Document:
    """The pages drawn as pictures and read. Callers know that OCR is installed."""
    return _read("pdf", _pdf_pages(payload), url)


def _read(kind: str, pictures: Iterable[Picture], url: str | None) -> Document:
    pages = Pages()
    for number, picture in enumerate(pictures, 1):
        refuse_beyond(number, MOST_SCANNED_PAGES, "scanned pages")
        characters, strokes = ocr.read_picture(picture)
        pages.add(characters, strokes, number)
    return Document(kind, tuple(pages.blocks()), url=url, image_only=pages.characters == 0, by_ocr=True)


def _frames(payload: bytes) -> Iterator[Picture]:
    import numpy as np
    from PIL import Image, ImageSequence, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(payload)) as image:
            refuse_beyond(image.width * image.height, MOST_PIXELS, "pixels")
            for frame in ImageSequence.Iterator(image):
                picture = frame.convert("RGB")
                if picture.width < LEAST_WIDTH:
                    scale = LEAST_WIDTH / picture.width
                    refuse_beyond(round(picture.height * scale * LEAST_WIDTH), MOST_PIXELS, "pixels")
                    picture = picture.resize((LEAST_WIDTH, round(picture.height * scale)), Image.Resampling.LANCZOS)
                yield np.asarray(picture)
    except Image.DecompressionBombError as error:
        raise UnreadableFile(f"expected at most {MOST_PIXELS:,} pixels, found more: {error}") from error
    except (UnidentifiedImageError, OSError, ValueError) as error:
        raise UnreadableFile(f"expected a whole picture, found a damaged one: {error}") from error


def _pdf_pages(payload: bytes) -> Iterator[Picture]:
    import pypdfium2 as pdfium  # type: ignore[import-untyped]

    source = pdfium.PdfDocument(payload)
    try:
        for index in range(len(source)):
            width, height = source[index].get_size()
            refuse_beyond(round(width * height * (DOTS / 72) ** 2), MOST_PIXELS, "pixels on a page")
            yield source[index].render(scale=DOTS / 72, rev_byteorder=True).to_numpy()[:, :, :3].copy()
    finally:
        source.close()
