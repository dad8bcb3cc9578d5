"""A digest and an address in, the digest sent there: by e-mail, to a webhook, or through apprise to the services that it knows.

    mailto:someone@example.org     through the SMTP server of the settings
    https://example.org/hook       JSON, signed: X-Nianbao-Signature is sha256= and the HMAC of "<X-Nianbao-Timestamp>.<body>"
    apprise:wecombot://KEY         any address that apprise knows (pip install 'nianbao[notify]')

Each digest has an id that stays the same when it is sent again: a web server whose answer got lost is asked again within a minute, and can tell by
the id. A mail server cannot: a letter that it may have taken is InDoubt, and not sent again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import smtplib
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, getaddresses, parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

from archive.errors import ArchiveError

TIMEOUT_SECONDS = 20
WEBHOOK_TRIES = 3
_RETRIED = (408, 425, 429)


class NotSent(ArchiveError):
    """A digest that did not go out; the message says to whom and why."""


class InDoubt(ArchiveError):
    """A digest that may have gone out: it was handed over, and no answer came."""


@dataclass(frozen=True, slots=True)
class Digest:
    id: str
    subject: str
    text: str
    items: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Post:
    """What the ways of sending need beside the digest."""

    smtp_url: str = ""  # smtp://user:password@host:25, smtps:// for TLS from the start; smtp turns to TLS when offered
    sender: str = ""
    secret: str = ""
    wait: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time


def send(digest: Digest, address: str, post: Post) -> None:
    """Send it, or raise NotSent, or InDoubt where only a person can find out."""
    if address.startswith("mailto:"):
        _mail(digest, address.removeprefix("mailto:"), post)
    elif address.startswith(("http://", "https://")):
        _hook(digest, address, post)
    elif address.startswith("apprise:"):
        _through_apprise(digest, address.removeprefix("apprise:"))
    else:
        raise NotSent(f"{address}: expected mailto:ADDRESS, https://… or apprise:URL in the setting `notify`.")


def signature(secret: str, timestamp: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _mail(digest: Digest, to: str, post: Post) -> None:
    server = urlsplit(post.smtp_url)
    if server.scheme not in ("smtp", "smtps") or not server.hostname:
        raise NotSent(
            f"mailto:{to}: expected smtp_url as smtp://user:password@host:25, found {server.scheme or 'nothing'}."
        )
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = digest.subject, post.sender, to
    message["Date"] = formatdate(post.now(), usegmt=True)
    message["Message-ID"] = f"<{digest.id}@nianbao>"
    message.set_content(digest.text)
    handed_over = taken = False
    try:
        with _connected(server.scheme, server.hostname, server.port) as connection:
            connection.ehlo()
            if server.scheme == "smtp" and connection.has_extn("starttls"):
                connection.starttls(context=ssl.create_default_context())
            if server.username:
                connection.login(unquote(server.username), unquote(server.password or ""))
            connection.ehlo_or_helo_if_needed()  # what was said before TLS counts no more
            _accepted(connection.mail(parseaddr(post.sender)[1]))
            for _, address in getaddresses([to]):
                _accepted(connection.rcpt(address))
            handed_over = True
            _accepted(connection.data(message.as_bytes(policy=SMTP)))
            taken = True  # whatever the farewell brings
    except smtplib.SMTPResponseException as error:
        said = error.smtp_error.decode(errors="replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        raise NotSent(f"mailto:{to}: {server.hostname} did not take it: {error.smtp_code} {said}") from error
    except (OSError, smtplib.SMTPException) as error:
        if taken:
            return
        if handed_over:
            raise InDoubt(f"mailto:{to}: {server.hostname} got it and gave no answer: {error}") from error
        raise NotSent(f"mailto:{to}: {server.hostname} did not take it: {error}") from error


def _accepted(answer: tuple[int, bytes]) -> None:
    if answer[0] not in (250, 251):
        raise smtplib.SMTPResponseException(*answer)


def _connected(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
    return smtplib.SMTP(host, port or 25, timeout=TIMEOUT_SECONDS)


def _hook(digest: Digest, url: str, post: Post) -> None:
    values = {"id": digest.id, "subject": digest.subject, "text": digest.text, "items": list(digest.items)}
    body = json.dumps(values, ensure_ascii=False).encode()
    for attempt in range(1, WEBHOOK_TRIES + 1):
        timestamp = str(int(post.now()))
        headers = {"Content-Type": "application/json", "X-Nianbao-Id": digest.id, "X-Nianbao-Timestamp": timestamp}
        if post.secret:
            headers["X-Nianbao-Signature"] = signature(post.secret, timestamp, body)
        try:
            asked = urllib.request.Request(url, body, headers)  # noqa: S310 - `send` lets only http and https come here
            with urllib.request.urlopen(asked, timeout=TIMEOUT_SECONDS):  # noqa: S310
                return
        except urllib.error.HTTPError as error:
            error.close()
            why, again = f"status {error.code}", error.code >= 500 or error.code in _RETRIED
        except OSError as error:
            why, again = str(error), True
        if not again or attempt == WEBHOOK_TRIES:
            raise NotSent(f"{url}: {why}, after {attempt} tries.")
        post.wait(2.0**attempt)


def _through_apprise(digest: Digest, address: str) -> None:
    try:
        import apprise
    except ModuleNotFoundError:
        raise NotSent(f"{address}: apprise is not installed. pip install 'nianbao[notify]' brings it.") from None
    service = apprise.Apprise()
    if not service.add(address):
        raise NotSent(f"apprise does not know the address {urlsplit(address).scheme}://…")
    if not service.notify(title=digest.subject, body=digest.text):
        raise NotSent(f"{urlsplit(address).scheme}://… did not take it; apprise said no more.")
