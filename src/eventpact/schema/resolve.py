"""Reader and writer -> `Plan` (specification 1.12, "Schema Resolution")."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from types import MappingProxyType
from typing import TypeAlias, assert_never

from eventpact.errors import ResolutionError
from eventpact.schema.branches import Branches
from eventpact.schema.dialect import Dialect, DialectName, dialect_named
from eventpact.schema.leaves import Leaves
from eventpact.schema.limits import MAX_PAIRS
from eventpact.schema.nodes import AllOf, AnyOf, Draft, Node, Spread, why
from eventpact.schema.pairing import Pairing
from eventpact.schema.plan import (
    FromUnion,
    IntoUnion,
    Pair,
    Plan,
    ReadArray,
    ReadMap,
    ReadRecord,
    RecordPlan,
    Skip,
    Step,
    Stuck,
    Take,
)
from eventpact.schema.schema import Schema
from eventpact.schema.tree import Array, Map, Primitive, Record, Ref, Type, Union

__all__ = ["resolve"]

_Open: TypeAlias = Node | Stuck
"""What is not known to fit."""

_FEW = 6
"""Branches of a union whose failure is told in a message."""

_UNCHECKED = FromUnion(())
"""Stands for map values that a dialect does not look into. Such plans are for the checker only."""


def resolve(reader: Schema, writer: Schema, dialect: DialectName = "confluent") -> Plan:
    """How ``reader`` reads what ``writer`` wrote. ``Plan.compatible`` says whether it can read all of it.

    A union of the reader takes the first branch that fits completely, in this order: same type and full name, then
    simple name or alias, then promotion, each in the order of the branches. Time and size are linear in the pairs of
    types that meet.

    Raises:
        ResolutionError: more than `MAX_PAIRS` pairs of records meet.
    """
    return _Resolver(reader, writer, dialect_named(dialect)).plan()


class _RecordNode(Node):
    """A pair of records. ``takes`` are (reader's field number, draft) by the writer's field number."""

    __slots__ = ("pair", "pairing", "reader", "takes", "writer")

    def __init__(self, pair: Pair, reader: Record, writer: Record) -> None:
        super().__init__()
        self.pair = pair
        self.reader = reader
        self.writer = writer
        self.pairing: Pairing
        self.takes: dict[int, tuple[int, Draft]] = {}


class _Resolver:
    def __init__(self, reader: Schema, writer: Schema, dialect: Dialect) -> None:
        self._reader = reader
        self._writer = writer
        self._dialect = dialect
        self._leaves = Leaves(dialect)
        self._spread = Spread()
        self._nodes: dict[Pair, _RecordNode] = {}
        self._pending: list[_RecordNode] = []
        self._branches: dict[int, Branches] = {}
        self._plans: dict[Pair, RecordPlan] = {}
        self._unfinished: list[_RecordNode] = []

    def plan(self) -> Plan:
        root = self._draft(self._reader.root, self._writer.root)
        self._spread.settle(self._build)
        step = self._finish(root)
        while self._unfinished:
            node = self._unfinished.pop()
            self._plans[node.pair] = self._finish_record(node)
        stuck = isinstance(step, Stuck) or (isinstance(root, Node) and root.bad)
        return Plan(step, MappingProxyType(self._plans), not stuck)

    def _draft(self, reader: Type, writer: Type) -> Draft:
        if isinstance(writer, Union):
            return self._all([self._draft(reader, branch) for branch in writer.branches], _from_union)
        match reader:
            case Union():
                return self._into_union(reader, writer)
            case Primitive() if isinstance(writer, Primitive):
                return self._leaves.primitive(reader, writer)
            case Array() if isinstance(writer, Array):
                return self._all([self._draft(reader.items, writer.items)], _read_array)
            case Map() if isinstance(writer, Map):
                return self._all([self._map_values(reader.values, writer.values)], _read_map)
            case Ref() if isinstance(writer, Ref):
                return self._named(reader, writer)
            case Primitive() | Array() | Map() | Ref():
                return self._leaves.mismatch(self._sort(reader), self._sort(writer, of_writer=True))
            case _:
                assert_never(reader)

    def _all(self, children: list[Draft], finish: Callable[[list[Step]], Step]) -> Draft:
        steps: list[Step] = [child for child in children if not isinstance(child, _Open)]
        if len(steps) == len(children):
            # Nothing to wait for: the step is known.
            return finish(steps)
        node = AllOf(children, finish)
        for child in children:
            self._spread.watch(node, child)
        return node

    def _map_values(self, reader: Type, writer: Type) -> Draft:
        if self._dialect.deep_maps:
            return self._draft(reader, writer)
        match reader, writer:
            case Primitive(), Primitive():
                return self._leaves.primitive(reader, writer)
            case Ref(), Ref():
                named, other = self._reader.names[reader.name], self._writer.names[writer.name]
                stuck = self._leaves.mismatch_of_names(named, other) or self._leaves.mismatch_of_sorts(named, other)
                return stuck or _UNCHECKED
            case _ if type(reader) is type(writer):
                return _UNCHECKED
            case _:
                return self._leaves.mismatch(self._sort(reader), self._sort(writer, of_writer=True))

    def _into_union(self, reader: Union, writer: Type) -> Draft:
        branches = self._branches.get(id(reader))
        if branches is None:
            branches = self._branches[id(reader)] = Branches(reader, self._reader.names, self._dialect)
        if isinstance(writer, Primitive) and (same := branches.of_kind(writer)) is not None:
            # The first candidate, and one that never fails: there is nothing to wait for.
            index, branch = same
            return IntoUnion(index, self._leaves.primitive(branch, writer))
        node = AnyOf(self._candidates(reader, branches, writer))
        node.describe = partial(self._no_branch, node, reader, writer)
        self._spread.advance(node)
        current = node.current
        return node if current is None or isinstance(current, Node) else IntoUnion(node.branch, current)

    def _candidates(self, reader: Union, branches: Branches, writer: Type) -> Iterator[tuple[int, Callable[[], Draft]]]:
        for index in branches.candidates(writer, self._writer.names):
            yield index, partial(self._draft, reader.branches[index], writer)

    def _no_branch(self, node: AnyOf, reader: Union, writer: Type) -> Stuck:
        wanted = self._sort(writer, of_writer=True)
        failed = dict(node.failed)
        reasons: list[str] = []
        for index, branch in enumerate(reader.branches):
            if len(reasons) == _FEW and len(reader.branches) > _FEW + 1:
                reasons.append(f"and {len(reader.branches) - _FEW} more")
                break
            if index in failed:
                reasons.append(f"{self._sort(branch)}: {why(failed[index])}")
        tried = f" ({'; '.join(reasons)})" if reasons else ""
        names = [self._sort(branch) for branch in reader.branches[:_FEW]] + ["..."] * (len(reader.branches) > _FEW)
        return Stuck(
            "MISSING_UNION_BRANCH",
            f"the writer may write {wanted}, and no branch of the reader's union [{', '.join(names)}] reads it{tried}",
            f"add the branch {wanted} to the reader's union"
            if not reasons
            else "repair that branch, or add another one",
            tried=self._tried(reader, writer, failed.values()),
        )

    def _tried(self, reader: Union, writer: Type, failed: Iterable[Draft]) -> tuple[Step, ...]:
        """What the branches came to; records that differ by name only are told if they were compared elsewhere."""
        tried = [self._finish(draft) for draft in failed]
        if isinstance(writer, Ref):
            pairs = [(branch.name, writer.name) for branch in reader.branches if isinstance(branch, Ref)]
            tried += [self._finish(self._nodes[pair]) for pair in pairs if pair in self._nodes]
        return tuple(dict.fromkeys(tried))

    def _named(self, reader: Ref, writer: Ref) -> Draft:
        named, other = self._reader.names[reader.name], self._writer.names[writer.name]
        if not (isinstance(named, Record) and isinstance(other, Record)):
            return self._leaves.named(named, other)
        pair = (named.name, other.name)
        node = self._nodes.get(pair)
        if node is None:
            if len(self._nodes) >= MAX_PAIRS:
                raise ResolutionError(f"more than {MAX_PAIRS} pairs of records to compare; give records distinct names")
            node = self._nodes[pair] = _RecordNode(pair, named, other)
            self._pending.append(node)
        return node

    def _build(self) -> None:
        while self._pending:
            node = self._pending.pop()
            node.pairing = pairing = Pairing.of(node.reader, node.writer, self._dialect)
            name = self._leaves.mismatch_of_names(node.reader, node.writer)
            if name is not None:
                pairing.stuck.append((-1, name))
            for _, stuck in pairing.stuck[-1:]:
                self._spread.watch(node, stuck)
            for theirs, ours in pairing.taken.items():
                draft = self._draft(node.reader.fields[ours].type, node.writer.fields[theirs].type)
                node.takes[theirs] = ours, draft
                self._spread.watch(node, draft)

    def _finish(self, draft: Draft) -> Step:
        match draft:
            case _RecordNode():
                if draft.pair not in self._plans:
                    # Entered at once, so that it is finished once; `plan` replaces it.
                    self._plans[draft.pair] = RecordPlan(draft.reader, draft.writer, (), ())
                    self._unfinished.append(draft)
                return ReadRecord(draft.pair)
            case AllOf():
                return draft.finish([self._finish(child) for child in draft.children])
            case AnyOf():
                if draft.current is None:
                    return draft.describe()
                return IntoUnion(draft.branch, self._finish(draft.current))
            case Node():
                raise AssertionError(draft)
            case _:
                return draft

    def _finish_record(self, node: _RecordNode) -> RecordPlan:
        fields = node.reader.fields
        wire: list[Take | Skip] = []
        for theirs, field in enumerate(node.writer.fields):
            found = node.takes.get(theirs)
            if found is None:
                wire.append(Skip(field, field.type))
            else:
                ours, draft = found
                wire.append(Take(ours, fields[ours], self._finish(draft) if isinstance(draft, Node) else draft))
        return RecordPlan(
            node.reader,
            node.writer,
            tuple(wire),
            tuple(node.pairing.fills),
            tuple(sorted(node.pairing.stuck, key=_number)),
        )

    def _sort(self, type_: Type, *, of_writer: bool = False) -> str:
        """A type in words."""
        match type_:
            case Primitive():
                return type_.kind.value
            case Array():
                return "array"
            case Map():
                return "map"
            case Union():
                return "union"
            case Ref():
                return self._leaves.words((self._writer if of_writer else self._reader).names[type_.name])


def _number(stuck: tuple[int, Stuck]) -> int:
    return stuck[0]


def _from_union(steps: list[Step]) -> Step:
    return FromUnion(tuple(steps))


def _read_array(steps: list[Step]) -> Step:
    return ReadArray(steps[0])


def _read_map(steps: list[Step]) -> Step:
    return ReadMap(steps[0])
