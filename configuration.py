"""Defaults, then nianbao.toml, then NIANBAO_* variables become one frozen Configuration, read once at the start.

An unknown key or a wrong value stops the program there, by name, with what was expected and where it stood.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

FILE_NAME = "nianbao.toml"
PREFIX = "NIANBAO_"


class WrongConfiguration(Exception):
    """A setting that is unknown or has a value it cannot have; the message names it, its source and what was expected."""


class Configuration(BaseModel):
    """Each field's description says what is expected: it is printed by `nianbao config` and in the message about a wrong value."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Field(default=Path("nianbao-data"), description="a folder; everything the program keeps lies under it")
    database_url: str = Field(
        default="", description="empty for SQLite under the home, or postgresql+psycopg://user:password@host/name"
    )
    store: str = Field(
        default="",
        description="empty for a folder under the home, or where sealed files are kept instead: s3://bucket/prefix with the AWS_* variables, or a folder",
    )
    second_copy: str = Field(
        default="",
        description="empty, or where each sealed file is copied to and audited: a folder, or s3://bucket/prefix with the AWS_* variables",
    )
    timestamp_url: str = Field(
        default="",
        pattern=r"^(https?://\S+)?$",
        description="empty, or the http(s) address of an RFC 3161 service that stamps the newest seal after each crawl",
    )
    audit_days: int = Field(
        default=30, ge=1, le=3650, description="days within which every archived byte is read back, 1 to 3650"
    )
    contact: str = Field(
        default="", description="an e-mail or web address in the user agent; needed before any foreign host is asked"
    )
    delay_seconds: float = Field(
        default=2.0, ge=0, le=600, description="seconds between two requests to one host, from 0 to 600"
    )
    hosts_at_once: int = Field(
        default=16,
        ge=1,
        le=2000,
        description="how many hosts are asked side by side (each one request at a time), 1 to 2000",
    )
    timeout_seconds: float = Field(
        default=60.0, gt=0, le=600, description="seconds to wait for an answer, above 0 and at most 600"
    )
    largest_body_bytes: int = Field(
        default=64 * 1024**2,
        ge=1024,
        description="bytes; a larger answer is cut there and marked as cut, at least 1024",
    )
    requests_a_site: int = Field(
        default=5000, ge=1, description="the budget of one site in one run, in requests, a whole number from 1"
    )
    bytes_a_site: int = Field(
        default=4 * 1024**3, ge=1024, description="the budget of one site in one run, in bytes received, at least 1024"
    )
    minutes_a_site: float = Field(
        default=1440.0, gt=0, description="the budget of one site in one run, in minutes, above 0"
    )
    confirm_after_seconds: float = Field(
        default=300.0, ge=0, le=86400, description="seconds until a suspected change is fetched again, 0 to 86400"
    )
    timezone: str = Field(
        default="Asia/Shanghai", description="the time zone of deadlines and of the calendar, as Asia/Shanghai"
    )
    notify: str = Field(
        default="",
        description="who is told of new flags and failures, parted by spaces: mailto:ADDRESS, https://HOOK, apprise:URL, each with REGION= before it or not",
    )
    smtp_url: str = Field(default="", description="the mail server, as smtp://user:password@host:587 or smtps://host")
    mail_from: str = Field(default="nianbao@localhost", description="the address that e-mail is sent from")
    notify_language: str = Field(default="zh", pattern="^(zh|en)$", description="the language of digests, zh or en")
    webhook_secret: str = Field(default="", description="the key that webhooks are signed with (HMAC-SHA256), or empty")
    quiet_hours: str = Field(
        default="",
        pattern=r"^(([01]?\d|2[0-3])-([01]?\d|2[0-3]))?$",
        description="hours in which nobody is told anything, as 22-7, or empty",
    )
    host: str = Field(default="127.0.0.1", description="the address that `nianbao serve` listens on")
    port: int = Field(default=8710, ge=0, le=65535, description="the port that `nianbao serve` listens on, 0 to 65535")
    public_url: str = Field(
        default="",
        pattern=r"^(https?://[^/\s]+)?$",
        description="empty, or the one address under which others reach the browsing interface, as https://nianbao.example.org",
    )
    proxies: str = Field(
        default="127.0.0.1 ::1",
        description="addresses or networks of the TLS proxies in front of public_url, parted by spaces; nobody else is believed about who asks",
    )
    accounts_only: bool = Field(default=False, description="true when reading needs an account, too")
    expensive_a_minute: int = Field(
        default=120,
        ge=1,
        description="searches, comparisons and exports that one other machine may ask for in a minute, a whole number from 1",
    )

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, IsADirectoryError) as error:
            raise ValueError(str(error)) from error
        return name

    @field_validator("proxies")
    @classmethod
    def _known_networks(cls, text: str) -> str:
        from ipaddress import ip_network

        for network in text.split():
            ip_network(network, strict=False)
        return text

    @property
    def effective_database_url(self) -> str:
        return self.database_url or f"sqlite:///{self.home / 'index.sqlite'}"

    @property
    def warc_folder(self) -> Path:
        return self.home / "warc"


@dataclass(frozen=True, slots=True)
class Loaded:
    """The configuration, and for each key the place its value came from."""

    configuration: Configuration
    origins: Mapping[str, str]


def load(environment: Mapping[str, str], folder: Path) -> Loaded:
    """Read the file in `folder` (or the one NIANBAO_FILE names) and the environment over the defaults."""
    values: dict[str, Any] = {}
    origins = dict.fromkeys(Configuration.model_fields, "default")
    named = environment.get(PREFIX + "FILE")
    for origin, layer in (_file_layer(folder, named), _environment_layer(environment)):
        for key, value in layer.items():
            if key not in Configuration.model_fields:
                raise WrongConfiguration(_unknown(key, origin))
            values[key] = value
            origins[key] = origin if origin != "environment" else PREFIX + key.upper()
    try:
        configuration = Configuration(**values)
    except ValidationError as error:
        raise WrongConfiguration(_wrong(error, origins)) from None
    placed = {
        "home": _under(folder, configuration.home),
        "store": _place(folder, configuration.store),
        "second_copy": _place(folder, configuration.second_copy),
    }
    return Loaded(configuration.model_copy(update=placed), origins)


def _file_layer(folder: Path, named: str | None) -> tuple[str, dict[str, Any]]:
    path = folder / (named or FILE_NAME)
    try:
        return str(path), tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        if named:
            raise WrongConfiguration(f"{PREFIX}FILE names {path}, and there is no such file.") from None
        return str(path), {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WrongConfiguration(f"{path} cannot be read as TOML in UTF-8: {error}") from None


def _environment_layer(environment: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    names = (name for name in environment if name.startswith(PREFIX) and name != PREFIX + "FILE")
    return "environment", {name.removeprefix(PREFIX).lower(): environment[name] for name in names}


def _under(folder: Path, home: Path) -> Path:
    return (folder / home.expanduser()).resolve()


def _place(folder: Path, setting: str) -> str:
    return setting if not setting or "://" in setting else str(_under(folder, Path(setting)))


def _unknown(key: str, origin: str) -> str:
    from difflib import get_close_matches

    name = PREFIX + key.upper() if origin == "environment" else f"{key} in {origin}"
    close = get_close_matches(key, Configuration.model_fields, n=1, cutoff=0.5)
    hint = f" Did you mean {close[0]}?" if close else ""
    return f"{name} is not a setting.{hint} `nianbao config` lists all of them."


def _wrong(error: ValidationError, origins: Mapping[str, str]) -> str:
    lines = []
    for fault in error.errors():
        key = str(fault["loc"][0])
        expected = Configuration.model_fields[key].description
        lines.append(f"{key} = {fault['input']!r} (from {origins[key]}): expected {expected}.")
    return "\n".join(lines)
