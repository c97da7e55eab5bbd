"""The doctor asks the registry: what it is, whether it holds what the manifest says, whether the lock is its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from eventpact.contract import Manifest
from eventpact.deploy.line import APPLY, Line, several
from eventpact.deploy.service_kind import FEATURES, registry_kind
from eventpact.deploy.world import wanted_subjects
from eventpact.errors import (
    EventpactError,
    LockError,
    NotRegisteredError,
    RegistryAccessError,
    SettingsError,
    StaleLockError,
    UnavailableError,
)
from eventpact.kafka.schema_lookup import registered_id
from eventpact.kafka.settings import Settings
from eventpact.registry import Registry, RegistryClient, RegistrySettings
from eventpact.registry.lock import read_lock
from eventpact.registry.locked import LockedRegistry

__all__ = ["registry_lines"]

MOST_SKEW: Final = 30.0
"""Seconds. Time stamps, retention and certificates do not agree beyond it."""


def registry_lines(manifest: Manifest, settings: Settings) -> Iterator[Line]:
    if settings.registry is None:
        yield Line("fail", "registry", "none is named", "set SCHEMA_REGISTRY_URL")
        return
    try:
        # Made first: it tells what is wrong about certificates and proxies.
        with RegistryClient(settings.registry) as registry:
            for url in settings.registry.urls:
                yield from _server(replace(settings.registry, url=url), alone=len(settings.registry.urls) == 1)
            yield from _subjects(manifest, registry)
            yield from _lock(settings, registry)
    except RegistryAccessError as error:
        yield Line("fail", "registry", str(error), "check SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD")
    except SettingsError as error:
        yield Line("fail", "registry", str(error), "correct these variables, or unset them")
    except EventpactError as error:
        yield Line("fail", "registry", str(error), "check SCHEMA_REGISTRY_URL, and that the registry runs")


def _server(settings: RegistrySettings, *, alone: bool) -> Iterator[Line]:
    try:
        kind = registry_kind(settings)
    except UnavailableError as error:
        if alone:
            raise
        yield Line("warn", "registry", str(error), "start it, or take it out of SCHEMA_REGISTRY_URL")
        return
    user = "no user" if settings.username is None else f"user {settings.username}, password ***"
    where = f"{kind.name} {kind.version or ''}".strip()
    yield Line("ok", "registry", f"{where} at {settings.url}, {user}: {FEATURES[kind.name]}")
    if kind.skew is not None:
        late = abs(kind.skew) > MOST_SKEW
        fix = "set this machine's clock, or the registry's" if late else ""
        yield Line("warn" if late else "ok", "clock", f"{kind.skew:+.0f} s between us and the registry", fix)


def _subjects(manifest: Manifest, registry: Registry) -> Iterator[Line]:
    for subject, schema, level in wanted_subjects(manifest):
        what = f"subject {subject}"
        try:
            schema_id = registered_id(registry, subject, schema)
        except NotRegisteredError:
            yield Line("fail", what, "does not hold the manifest's schema", APPLY)
            continue
        yield Line("ok", what, f"holds the schema as id {schema_id}")
        found = registry.level(subject)
        if found is level:
            yield Line("ok", f"level of {subject}", str(level))
        else:
            yield Line("fail", f"level of {subject}", f"{found}, not {level}", APPLY)


def _lock(settings: Settings, registry: Registry) -> Iterator[Line]:
    """A lock that is wrong stops producers and workers at their first contact; here it is told before."""
    if settings.lock is None:
        return
    what = f"lock of {settings.environment}"
    try:
        locked = read_lock(settings.lock, settings.environment)
        compared = LockedRegistry(registry, locked)
        for schema_id in {one.id for one in locked.versions}:
            compared.schema_by_id(schema_id)
    except LockError as error:
        yield Line("fail", what, str(error), "eventpact apply, or correct EVENTPACT_LOCK and EVENTPACT_ENVIRONMENT")
    except StaleLockError as error:
        yield Line("fail", what, str(error), "eventpact apply, or correct EVENTPACT_LOCK and EVENTPACT_ENVIRONMENT")
    else:
        yield Line("ok", what, f"{several(len(locked.versions), 'version')}, as the registry has them")
