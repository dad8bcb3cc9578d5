"""A picture's bytes in, Document out: its text where the OCR reader is installed, the state `image only` otherwise."""

from __future__ import annotations

from reports.model import Document


def read_image(payload: bytes, url: str | None) -> Document:
    return Document("image", (), url=url, image_only=True)
