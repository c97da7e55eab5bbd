"""Endpoints below /config, /compatibility and /mode: what is allowed."""

from __future__ import annotations

from eventpact.dev.registry.body import level_body, schema_body
from eventpact.dev.registry.call import Answer, Call, RefusedError, reply
from eventpact.dev.registry.parameters import subject, version
from eventpact.registry import MemoryRegistry

__all__ = [
    "check",
    "clear_level",
    "get_level",
    "get_mode",
    "get_subject_level",
    "get_subject_mode",
    "list_contexts",
    "set_level",
    "set_subject_level",
]

NO_LEVEL = 40408
NO_MODE = 40409
MODE = "READWRITE"


def check(registry: MemoryRegistry, call: Call) -> Answer:
    number = version(call)
    schema = schema_body(call.body).schema
    # An unknown subject or version is told before the schema is looked at.
    registry.version(subject(call), number)
    verdict = registry.check(subject(call), schema, number)
    messages = {"messages": verdict.messages} if call.flag("verbose") else {}
    return reply({"is_compatible": verdict.ok, **messages})


def get_level(registry: MemoryRegistry, call: Call) -> Answer:
    return reply({"compatibilityLevel": registry.level()})


def set_level(registry: MemoryRegistry, call: Call) -> Answer:
    level = level_body(call.body)
    registry.set_level(level)
    return reply({"compatibility": level})


def get_subject_level(registry: MemoryRegistry, call: Call) -> Answer:
    name = subject(call)
    level = registry.level(name) if call.flag("defaultToGlobal") else registry.own_level(name)
    if level is None:
        raise RefusedError(NO_LEVEL, f"Subject '{name}' does not have subject-level compatibility configured")
    return reply({"compatibilityLevel": level})


def set_subject_level(registry: MemoryRegistry, call: Call) -> Answer:
    level = level_body(call.body)
    registry.set_level(level, subject(call))
    return reply({"compatibility": level})


def clear_level(registry: MemoryRegistry, call: Call) -> Answer:
    return reply({"compatibilityLevel": registry.clear_level(subject(call))})


def get_mode(registry: MemoryRegistry, call: Call) -> Answer:
    return reply({"mode": MODE})


def get_subject_mode(registry: MemoryRegistry, call: Call) -> Answer:
    if not call.flag("defaultToGlobal"):
        raise RefusedError(NO_MODE, f"Subject '{subject(call)}' does not have subject-level mode configured")
    return reply({"mode": MODE})


def list_contexts(registry: MemoryRegistry, call: Call) -> Answer:
    return reply(["."])
