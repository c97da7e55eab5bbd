"""Compatibility checks with their reasons: confluent's client drops the reasons, so this request is ours."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from eventpact.registry.border import refusal, shown, translated
from eventpact.registry.loopback import is_here
from eventpact.registry.port import Compatibility, VersionChoice
from eventpact.registry.settings import RegistrySettings

__all__ = ["CompatibilityChecks", "authorities", "session_of"]

MEDIA_TYPE: Final = "application/vnd.schemaregistry.v1+json"
BUSY: Final = frozenset({408, 429, 500, 502, 503, 504})
MOST_MESSAGES: Final = 20


class _NoAuth(AuthBase):
    """Says "no credentials" to a library that would otherwise look into ~/.netrc."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def session_of(settings: RegistrySettings) -> requests.Session:
    """For requests of our own: credentials, client certificate and proxies are those of confluent's client."""
    session = requests.Session()
    session.trust_env = not is_here(settings)
    session.auth = _NoAuth()
    if settings.username is not None and settings.password is not None:
        session.auth = HTTPBasicAuth(settings.username.encode(), settings.password.reveal().encode())
    if settings.certificate_location is not None:
        key = settings.key_location
        session.cert = (settings.certificate_location, key) if key else settings.certificate_location
    return session


def authorities(settings: RegistrySettings) -> str | bool:
    """``verify`` of every request, and not of the session: a CA bundle in the environment would override that."""
    return settings.ca_location or os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR") or True


class CompatibilityChecks:
    """Asks ``POST /compatibility/...?verbose=true`` at each URL in turn. Thread-safe."""

    def __init__(self, settings: RegistrySettings, where: str) -> None:
        self._settings = settings
        self._where = where
        self._session = session_of(settings)
        self._verify = authorities(settings)

    def close(self) -> None:
        """After this no connection is open."""
        self._session.close()

    def ask(self, subject: str, version: VersionChoice, body: Mapping[str, object]) -> Compatibility:
        """The registry's verdict on a schema body."""
        doing = f"checking the schema against version {version} of subject {subject!r}"
        with translated(self._where, doing):
            answer = self._post(f"/compatibility/subjects/{quote(subject, safe='')}/versions/{version}", body)
            said = _json(answer)
            if answer.status_code != 200:
                code, text = (said.get("error_code"), said.get("message")) if isinstance(said, dict) else (None, "")
                raise refusal(self._where, doing, answer.status_code, code, text)
            return _verdict(said)

    def _post(self, path: str, body: Mapping[str, object]) -> requests.Response:
        urls = [url for url in self._settings.urls for _ in range(1 + self._settings.max_retries)]
        for attempt, url in enumerate(urls, 1):
            try:
                answer = self._session.post(
                    url + path,
                    params={"verbose": "true"},
                    json=body,
                    headers={"Content-Type": MEDIA_TYPE, "Accept": MEDIA_TYPE},
                    timeout=self._settings.timeout,
                    verify=self._verify,
                    allow_redirects=False,
                )
            except requests.RequestException:
                if attempt == len(urls):
                    raise
            else:
                if answer.status_code not in BUSY or attempt == len(urls):
                    return answer
        raise AssertionError("settings hold at least one URL")


def _json(answer: requests.Response) -> object:
    try:
        found: object = answer.json()
    except ValueError:
        if answer.status_code == 200:
            # Not the library's own error: that one counts as a failure to connect, and holds the text.
            raise ValueError("expected JSON") from None
        found = None
    return found


def _verdict(said: object) -> Compatibility:
    if not isinstance(said, dict) or not isinstance(said.get("is_compatible"), bool):
        raise ValueError("expected is_compatible")
    # Apicurio gives one "reason" where Redpanda and Confluent give "messages".
    messages = said.get("messages") or [said.get("reason")]
    listed = messages if isinstance(messages, list) else []
    texts = tuple(shown(message) for message in listed[:MOST_MESSAGES] if isinstance(message, str))
    return Compatibility(said["is_compatible"], texts)
