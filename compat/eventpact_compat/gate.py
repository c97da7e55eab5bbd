"""The gate: the working tree of contracts against what is out there. Reads files, writes none, prints nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from eventpact.contract import Manifest, Package
from eventpact.errors import SchemaError
from eventpact.schema import Schema, parse
from eventpact_codegen import Job, manifest_jobs
from eventpact_compat.facts import Facts, Guarded, guarded
from eventpact_compat.finding import Finding, Rule, Severity
from eventpact_compat.golden import GOLDEN_MISSING, Reader, check_golden, event_class, read_golden
from eventpact_compat.history import RELEASED_CHANGED, Released, digest_files, read_history, unreadable
from eventpact_compat.lines import in_manifest, with_lines
from eventpact_compat.lint import LintConfig, lint_schema
from eventpact_compat.spread import spread
from eventpact_compat.topics import compare_facts
from eventpact_compat.versions import Older, compare_versions, in_order
from eventpact_compat.waivers import Waiver, apply_waivers

__all__ = ["RULES", "Folders", "Past", "Report", "check_contracts", "named", "released_past"]

GENERATED_STALE: Final = Rule(
    "GENERATED_STALE",
    Severity.ERROR,
    "generated code is what the schemas say",
    "services would ship classes of another schema than the one that was checked here",
    "a schema is edited, and `eventpact generate` is forgotten",
    "run: eventpact generate",
)
UNRELEASED: Final = Rule(
    "UNRELEASED",
    Severity.INFO,
    "what is in use is released",
    "the next version is compared with released ones only",
    "a schema is edited after version 3 was released",
    "run: eventpact release CONTRACT",
)
RULES: Final = (GENERATED_STALE, UNRELEASED)


@dataclass(frozen=True, slots=True)
class Folders:
    """Where released versions and their payloads stand."""

    history: Path
    golden: Path

    @classmethod
    def below(cls, compat: Path) -> Folders:
        return cls(compat / "history", compat / "golden")


@dataclass(frozen=True, slots=True)
class Past:
    """What a contract is compared with: older versions, oldest first, and what the newest promised about its topic."""

    older: tuple[Older, ...] = ()
    facts: Facts | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What the gate found. ``contracts`` are the names of those it looked at."""

    findings: tuple[Finding, ...]
    contracts: tuple[str, ...]

    @property
    def failed(self) -> bool:
        return any(finding.severity is Severity.ERROR for finding in self.findings)


def check_contracts(
    manifest: Manifest,
    folders: Folders,
    *,
    today: dt.date,
    waivers: Sequence[Waiver] = (),
    past: Mapping[str, Past] | None = None,
    only: frozenset[str] | None = None,
    elsewhere: Iterable[Finding] = (),
) -> Report:
    """Everything the gate looks at.

    Args:
        today: decides which waivers have ended.
        past: contract -> what to compare with; ``None`` is the released history. A contract that is not in it is new.
        only: names of the contracts to look at; ``None`` is all.
        elsewhere: findings that were made somewhere else and belong into the report, before waivers are applied.

    Raises:
        SchemaError, ExpressionError, ForeignFileError: generated code cannot be compared at all.
    """
    subjects = [g for g in guarded(manifest) if only is None or g.contract in only]
    config = LintConfig.of(manifest.lint, manifest.path.as_posix())

    def look(family: _Family) -> list[Finding]:
        # Stale code belongs to no one contract, so it is looked for in any case.
        jobs = manifest_jobs(replace(manifest, packages=family.packages))
        seen = list(_stale(jobs))
        for subject in family.subjects:
            seen += _subject(subject, manifest, folders, jobs, past)
        return [*seen, *_lint(manifest, family.subjects, config)]

    found: list[Finding] = [*elsewhere]
    for seen in spread(look, _families(manifest, subjects)):
        found += seen
    names = tuple(subject.name for subject in subjects)
    waived = apply_waivers(dict.fromkeys(found), waivers, today, frozenset(names) if only is not None else None)
    return Report(tuple(in_order(waived)), names)


@dataclass(frozen=True, slots=True)
class _Family:
    """A package, if any, and the subjects whose classes it holds: what can be looked at without the others."""

    packages: tuple[Package, ...]
    subjects: tuple[Guarded, ...]


def _families(manifest: Manifest, subjects: Sequence[Guarded]) -> list[_Family]:
    at_home: dict[str, list[Guarded]] = {}
    for subject in subjects:
        at_home.setdefault(subject.schema.source, []).append(subject)
    families = [
        _Family((package,), tuple(subject for file in package.schemas for subject in at_home.pop(file, ())))
        for package in manifest.packages
    ]
    homeless = [_Family((), tuple(others)) for others in at_home.values()]
    return [*families, *homeless]


def _subject(
    subject: Guarded, manifest: Manifest, folders: Folders, jobs: Sequence[Job], past: Mapping[str, Past] | None
) -> Iterator[Finding]:
    released, problems = read_history(folders.history / subject.name, subject.name)
    yield from problems
    history, broken = released_past(released, subject.name)
    yield from broken
    base = history if past is None else past.get(subject.name, Past())
    schema = named(subject.schema, subject.file)
    findings = compare_versions(schema, base.older, subject.facts.level, key=subject.facts.key)
    if base.facts is not None:
        facts = compare_facts(base.facts, subject.facts, at=subject.at, manifest=manifest.path.as_posix())
        findings += in_manifest(list(facts), manifest.path)
    placed = with_lines(findings, [schema, *(older.schema for older in base.older)])
    yield from (replace(finding, contract=subject.name) for finding in placed)
    if past is None and (not history.older or history.older[-1].schema.text != subject.schema.text):
        yield _unreleased(subject, len(released))
    yield from _golden(subject, released, history, folders, jobs)


def released_past(released: Sequence[Released], contract: str) -> tuple[Past, list[Finding]]:
    """Released versions as something to compare with, and findings for those that do not parse."""
    older: list[Older] = []
    broken: list[Finding] = []
    for release in released:
        try:
            older.append(Older(f"version {release.number}", release.schema(parse)))
        except SchemaError as error:
            broken.append(unreadable(contract, release.file, error))
    return Past(tuple(older), released[-1].facts if released else None), broken


def named(schema: Schema, source: str) -> Schema:
    """The same schema under the path that people and pipelines know."""
    return replace(schema, source=source)


def _golden(
    subject: Guarded,
    released: Sequence[Released],
    past: Past,
    folders: Folders,
    jobs: Sequence[Job],
) -> Iterator[Finding]:
    reader: Reader | None = None
    must_read = _must_read(subject, len(past.older))
    for release, older in zip(released, past.older, strict=False):
        files = read_golden(folders.golden / subject.name / str(release.number))
        if not release.golden and not files:
            continue
        place = (folders.golden / subject.name / str(release.number)).as_posix()
        if not files:
            yield _golden_finding(GOLDEN_MISSING, subject, place, "the payloads are missing", release.number)
            continue
        if digest_files(files.items()) != release.golden:
            message = "the payloads are not those that were released"
            yield _golden_finding(RELEASED_CHANGED, subject, place, message, release.number)
            continue
        if release.number <= must_read:
            continue
        if reader is None:
            cls = next((event_class(job.files, subject.facts.event) for job in jobs), None)
            if cls is None:
                return  # No class is generated for it: nothing of ours reads these bytes.
            reader = Reader(cls, subject.schema)
        yield from check_golden(reader, older.schema, files, contract=subject.name, number=release.number)


def _must_read(subject: Guarded, versions: int) -> int:
    """The number of the last version that today's class need not read."""
    name = subject.facts.level.name
    if name.startswith(("FORWARD", "NONE")):
        return versions
    return 0 if name.endswith("_TRANSITIVE") else versions - 1


def _golden_finding(rule: Rule, subject: Guarded, file: str, message: str, number: int) -> Finding:
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        message=f"version {number}: {message}",
        contract=subject.name,
        file=file,
        path=f"{subject.name}/{number}",
        why=rule.why,
        hint=rule.fix,
    )


def _unreleased(subject: Guarded, versions: int) -> Finding:
    state = f"differs from version {versions}" if versions else "was never released"
    return Finding(
        rule=UNRELEASED.id,
        severity=UNRELEASED.severity,
        message=f"the working schema {state}",
        contract=subject.name,
        file=subject.file,
        path=subject.name,
        why=UNRELEASED.why,
        hint=f"run: eventpact release {subject.contract}",
    )


def _stale(jobs: Sequence[Job]) -> Iterator[Finding]:
    for job in jobs:
        for path, state in job.drift().items():
            yield Finding(
                rule=GENERATED_STALE.id,
                severity=GENERATED_STALE.severity,
                message=f"{path} is {state}",
                file=job.place(path).as_posix(),
                path=path,
                why=GENERATED_STALE.why,
                hint=GENERATED_STALE.fix,
            )


def _lint(manifest: Manifest, subjects: Sequence[Guarded], config: LintConfig) -> Iterator[Finding]:
    contracts = {contract.name: contract for contract in manifest.contracts}
    for subject in subjects:
        contract = contracts.get(subject.name)
        for finding in lint_schema(named(subject.schema, subject.file), contract=contract, config=config):
            yield replace(finding, contract=subject.name)
