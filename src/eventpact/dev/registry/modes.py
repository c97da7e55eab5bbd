"""Endpoints below /mode and /contexts: what may be written, and where."""

from __future__ import annotations

from eventpact.dev.registry.body import mode_body
from eventpact.dev.registry.call import Answer, Call, RefusedError, reply
from eventpact.dev.registry.parameters import subject
from eventpact.registry import MemoryRegistry
from eventpact.registry.contexts import scope

__all__ = [
    "clear_global_mode",
    "clear_mode",
    "delete_context",
    "get_mode",
    "get_subject_mode",
    "list_contexts",
    "set_mode",
    "set_subject_mode",
]

NO_MODE = 40409


def get_mode(registry: MemoryRegistry, call: Call) -> Answer:
    return reply({"mode": registry.mode(scope(call.context))})


def set_mode(registry: MemoryRegistry, call: Call) -> Answer:
    return _set(registry, scope(call.context), call)


def clear_global_mode(registry: MemoryRegistry, call: Call) -> Answer:
    name = scope(call.context)
    mode = registry.mode(name)
    if registry.own_mode(name) is not None:
        registry.clear_mode(name)
    return reply({"mode": mode})


def get_subject_mode(registry: MemoryRegistry, call: Call) -> Answer:
    name = subject(call)
    mode = registry.mode(name) if call.flag("defaultToGlobal") else registry.own_mode(name)
    if mode is None:
        raise RefusedError(NO_MODE, f"Subject '{name}' does not have subject-level mode configured")
    return reply({"mode": mode})


def set_subject_mode(registry: MemoryRegistry, call: Call) -> Answer:
    return _set(registry, subject(call), call)


def clear_mode(registry: MemoryRegistry, call: Call) -> Answer:
    return reply({"mode": registry.clear_mode(subject(call))})


def list_contexts(registry: MemoryRegistry, call: Call) -> Answer:
    return reply(registry.contexts())


def delete_context(registry: MemoryRegistry, call: Call) -> Answer:
    registry.delete_context(call.parameters["context"])
    return Answer(204, b"")


def _set(registry: MemoryRegistry, name: str, call: Call) -> Answer:
    mode = mode_body(call.body)
    registry.set_mode(mode, name, force=call.flag("force"))
    return reply({"mode": mode})
