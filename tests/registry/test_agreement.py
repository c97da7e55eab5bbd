"""The twin in memory and the client of the same twin over HTTP say the same, whatever was done before."""

from collections.abc import Callable
from typing import TypeAlias

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventpact.dev.registry_server import RegistryServer
from eventpact.errors import RegistryError, SchemaError
from eventpact.ids import SchemaId, Version
from eventpact.registry import MemoryRegistry, Mode, Reference, Registry, RegistryClient, SchemaText
from eventpact.schema import Level
from tests.registry.texts import record, spaced, using

Asked: TypeAlias = Callable[[Registry, MemoryRegistry], object]
"""A question or a change: the port, and the registry behind it for what the port cannot do."""

SCHEMAS = (
    record(),
    record("a"),
    record("a", ("b", "int", 0)),
    record(("a", "string")),
    spaced(record("a")),
    SchemaText("not a schema"),
    using("shop.Order", Reference("shop.Order", "s", Version(1))),
    using("shop.Order", Reference("shop.Order", "t", Version(2))),
)

subjects = st.sampled_from(["s", "t", ":.x:s"])
schemas = st.sampled_from(SCHEMAS)
ids = st.integers(1, 4).map(SchemaId)
numbers = st.integers(1, 3).map(Version)
levels = st.sampled_from(Level)
anywhere = st.one_of(st.none(), subjects)

questions: st.SearchStrategy[Asked] = st.one_of(
    st.builds(lambda s, x: lambda port, _: port.register(s, x), subjects, schemas),
    st.builds(lambda s, x: lambda port, _: port.lookup(s, x), subjects, schemas),
    st.builds(lambda s, x, v: lambda port, _: verdict(port, s, x, v), subjects, schemas, numbers),
    st.builds(lambda s, v: lambda port, _: port.version(s, v), subjects, numbers),
    st.builds(lambda s, v: lambda port, _: port.version(s, v, deleted=True), subjects, numbers),
    st.builds(lambda s: lambda port, _: port.version(s), subjects),
    st.builds(lambda s: lambda port, _: port.versions(s), subjects),
    st.builds(lambda i: lambda port, _: port.schema_by_id(i), ids),
    st.builds(lambda i: lambda port, _: port.subject_versions(i), ids),
    st.builds(lambda i: lambda port, _: port.subjects_of(i), ids),
    st.builds(lambda s: lambda port, _: (port.level(s), port.subjects()), anywhere),
    st.builds(lambda s: lambda port, _: port.own_level(s), subjects),
    st.builds(lambda level, s: lambda port, _: port.set_level(level, s), levels, anywhere),
    st.builds(lambda m, s: lambda _, twin: twin.set_mode(m, s, force=True), st.sampled_from(Mode), anywhere),
    st.builds(lambda s, p: lambda _, twin: twin.delete_subject(s, permanent=p), subjects, st.booleans()),
    st.builds(lambda s, v, p: lambda _, twin: twin.delete_version(s, v, permanent=p), subjects, numbers, st.booleans()),
)


def verdict(port: Registry, subject: str, schema: SchemaText, version: Version) -> bool:
    """The messages are cut on their way through HTTP, so only the verdict is compared."""
    return port.check(subject, schema, version).ok


def outcome(ask: Asked, port: Registry, twin: MemoryRegistry) -> object:
    """What the question is answered with, or how it is refused."""
    try:
        return ask(port, twin)
    except RegistryError as error:
        return type(error), error.status, error.code
    except SchemaError:
        return SchemaError


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(asked=st.lists(questions, min_size=1, max_size=25))
def test_memory_and_http_agree(
    shared_server: RegistryServer, shared_client: RegistryClient, asked: list[Asked]
) -> None:
    twin = MemoryRegistry()
    shared_server.registry = MemoryRegistry()
    for ask in asked:
        assert outcome(ask, shared_client, shared_server.registry) == outcome(ask, twin, twin)
