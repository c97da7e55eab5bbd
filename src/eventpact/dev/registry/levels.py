"""Endpoints below /config and /compatibility: what may follow what."""

from __future__ import annotations

from eventpact.dev.registry.body import level_body, schema_body
from eventpact.dev.registry.call import Answer, Call, RefusedError, reply
from eventpact.dev.registry.parameters import subject, version
from eventpact.registry import Compatibility, MemoryRegistry
from eventpact.registry.contexts import scope

__all__ = [
    "check",
    "check_all",
    "clear_global_level",
    "clear_level",
    "get_level",
    "get_subject_level",
    "set_level",
    "set_subject_level",
]

NO_LEVEL = 40408


def check(registry: MemoryRegistry, call: Call) -> Answer:
    number = version(call)
    schema = schema_body(call.body).schema
    # An unknown subject or version is told before the schema is looked at.
    registry.version(subject(call), number)
    return _verdict(registry.check(subject(call), schema, number), call)


def check_all(registry: MemoryRegistry, call: Call) -> Answer:
    """Against the versions that the level looks at: all of them at a transitive one. Nothing there: compatible."""
    schema = schema_body(call.body).schema
    if subject(call) not in registry.subjects():
        return _verdict(Compatibility(True), call)
    return _verdict(registry.check(subject(call), schema), call)


def get_level(registry: MemoryRegistry, call: Call) -> Answer:
    return reply({"compatibilityLevel": registry.level(scope(call.context))})


def set_level(registry: MemoryRegistry, call: Call) -> Answer:
    return _set(registry, scope(call.context), call)


def clear_global_level(registry: MemoryRegistry, call: Call) -> Answer:
    name = scope(call.context)
    level = registry.level(name)
    if registry.own_level(name) is not None:
        registry.clear_level(name)
    return reply({"compatibilityLevel": level})


def get_subject_level(registry: MemoryRegistry, call: Call) -> Answer:
    name = subject(call)
    level = registry.level(name) if call.flag("defaultToGlobal") else registry.own_level(name)
    if level is None:
        raise RefusedError(NO_LEVEL, f"Subject '{name}' does not have subject-level compatibility configured")
    return reply({"compatibilityLevel": level})


def set_subject_level(registry: MemoryRegistry, call: Call) -> Answer:
    return _set(registry, subject(call), call)


def clear_level(registry: MemoryRegistry, call: Call) -> Answer:
    return reply({"compatibilityLevel": registry.clear_level(subject(call))})


def _set(registry: MemoryRegistry, name: str, call: Call) -> Answer:
    level = level_body(call.body, lenient=call.lenient)
    if level is None:
        return reply({})
    registry.set_level(level, name)
    return reply({"compatibility": level})


def _verdict(verdict: Compatibility, call: Call) -> Answer:
    messages = {"messages": verdict.messages} if call.flag("verbose") else {}
    return reply({"is_compatible": verdict.ok, **messages})
