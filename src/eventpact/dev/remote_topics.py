"""The topics of an embedded stack that runs in another process, such as `eventpact dev`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote

import requests

from eventpact.contract import Topic
from eventpact.deploy.world import TopicAdmin
from eventpact.errors import BrokerUnavailableError, SettingsError, TopicError
from eventpact.kafka.admin_topics import AdminTopics
from eventpact.kafka.settings import Settings
from eventpact.kafka.topics import FoundTopic

__all__ = ["RemoteTopics", "topic_admin"]

VARIABLE: Final = "EVENTPACT_DEV_TOPICS"
PASTE: Final = "unset it, or paste all lines that `eventpact dev` prints"
TIMEOUT: Final = 10.0

Json = dict[str, Any]  # Any: JSON, read by name


@contextmanager
def topic_admin(settings: Settings, timeout: float = TIMEOUT) -> Iterator[TopicAdmin]:
    """Who makes and changes topics: the brokers, or the embedded stack that the settings name."""
    if settings.dev_topics is None:
        with AdminTopics(settings, timeout=timeout) as topics:
            yield topics
        return
    with RemoteTopics(settings.dev_topics, settings.bootstrap_servers, timeout=timeout) as remote:
        yield remote


class RemoteTopics:
    """The TopicAdmin port at `url`, as `eventpact dev` prints it; a context manager.

    Entering it raises SettingsError where `url` leads to another broker than `bootstrap_servers`: topics would go to
    one cluster and everything else to the other.
    """

    def __init__(self, url: str, bootstrap_servers: str, *, timeout: float = TIMEOUT) -> None:
        self._url = url.rstrip("/")
        self._servers = bootstrap_servers
        self._timeout = timeout
        self._session = requests.Session()
        # Loopback: the machine's proxies have no say in it.
        self._session.trust_env = False

    def __enter__(self) -> Self:
        served = self._ask("GET", "", "cannot ask whose topics they are").get("bootstrap_servers")
        if served != self._servers:
            self.close()
            raise SettingsError(VARIABLE, f"belongs to other brokers than KAFKA_BOOTSTRAP_SERVERS; {PASTE}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._session.close()

    def create(self, topic: Topic) -> bool:
        wanted = {
            "name": topic.name,
            "partitions": topic.partitions,
            "retention_ms": topic.retention_ms,
            "settings": dict(topic.settings),
        }
        return bool(self._ask("POST", "", f"cannot create topic {topic.name}", wanted)["created"])

    def describe(self, name: str) -> FoundTopic | None:
        found = self._ask("GET", f"/{quote(name, safe='')}", f"cannot describe topic {name}")["topic"]
        return None if found is None else FoundTopic(name, found["partitions"], found["settings"])

    def alter(self, name: str, settings: Mapping[str, str]) -> None:
        self._ask("PATCH", f"/{quote(name, safe='')}", f"cannot alter topic {name}", {"settings": dict(settings)})

    def add_partitions(self, name: str, partitions: int) -> None:
        what = f"cannot add partitions to topic {name}"
        self._ask("PATCH", f"/{quote(name, safe='')}", what, {"partitions": partitions})

    def _ask(self, method: str, path: str, what: str, body: Json | None = None) -> Json:
        try:
            answer = self._session.request(method, self._url + path, json=body, timeout=self._timeout)
            said = answer.json()
        except requests.JSONDecodeError:
            raise SettingsError(VARIABLE, f"leads to something else than an embedded stack; {PASTE}") from None
        except requests.RequestException as error:
            raise BrokerUnavailableError(
                f"{what}: the embedded stack does not answer ({type(error).__name__}); start `eventpact dev` again and"
                " paste its lines",
                code="_TRANSPORT",
            ) from None
        if answer.status_code == requests.codes.ok and isinstance(said, dict):
            return said
        if answer.status_code == requests.codes.conflict:
            raise TopicError(f"{what}: {said['message']}")
        raise SettingsError(VARIABLE, f"leads to something else than an embedded stack; {PASTE}")
