"""What `eventpact generate` does, as values: where the schemas come from and which files they make."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from eventpact.contract import Contract, Manifest, Package, uses
from eventpact.contract.schemas import named_below
from eventpact.errors import ExpressionError, SchemaError
from eventpact_codegen.express import express
from eventpact_codegen.files import Drift, drift, write
from eventpact_codegen.generate import Base, render
from eventpact_codegen.unwise import Finding, unwise

__all__ = ["Job", "folder_job", "manifest_jobs"]


@dataclass(frozen=True, slots=True)
class Job:
    """One package: the text of its files, and the folder its top package stands in. ``findings`` are warnings."""

    package: str
    root: Path
    files: Mapping[str, str]
    findings: tuple[Finding, ...] = ()

    def place(self, path: str) -> Path:
        """Where a file of the job stands, without the detours of the manifest's own spelling."""
        return Path(os.path.normpath(self.root / path))

    def drift(self) -> dict[str, Drift]:
        return drift(self.files, self.root)

    def write(self) -> dict[str, Drift]:
        return write(self.files, self.root)


def manifest_jobs(manifest: Manifest, base: Base = "dataclass") -> tuple[Job, ...]:
    """One job per package of the manifest.

    Raises:
        ExpressionError: a schema has no classes, or it uses a type that only another package defines.
    """
    return tuple(_package_job(package, manifest, base) for package in manifest.packages)


def folder_job(schemas: Path, out: Path, package: str, base: Base = "dataclass") -> Job:
    """A job for all .avsc files below a folder, without a manifest.

    Raises:
        SchemaError: there are none, or one is not UTF-8 or not Avro.
    """
    texts = {path.relative_to(schemas).as_posix(): _read(path) for path in sorted(schemas.rglob("*.avsc"))}
    if not texts:
        raise SchemaError("no .avsc file in this folder", source=str(schemas))
    with named_below(schemas, texts):
        return _job(package, out, texts, (), base)


def _package_job(package: Package, manifest: Manifest, base: Base) -> Job:
    prefix = _prefix(manifest.path.parent, package.out)
    texts = {prefix + file: manifest.schemas[file].text for file in package.schemas}
    contracts = [contract for contract in manifest.contracts if contract.schema in package.schemas]
    try:
        return _job(package.name, package.out, texts, contracts, base)
    except SchemaError:
        # All files together were parsed before, so what this package lacks is in another one.
        if (elsewhere := _elsewhere(package, manifest)) is not None:
            raise elsewhere from None
        raise


def _elsewhere(package: Package, manifest: Manifest) -> ExpressionError | None:
    """What to say about the first file that uses a type of another package."""
    used = uses({file: schema.text for file, schema in manifest.schemas.items()})
    for file in package.schemas:
        for other in used[file]:
            if other not in package.schemas:
                homes = [found.name for found in manifest.packages if other in found.schemas]
                home = f"the package {homes[0]} generates" if homes else "no package lists"
                return ExpressionError(
                    f"it uses types of {other}, which {home}; packages do not import each other",
                    source=file,
                    hint=f"add {other} to the schemas of {package.name}, or put both files into one package",
                )
    return None


def _job(name: str, root: Path, texts: Mapping[str, str], contracts: Sequence[Contract], base: Base) -> Job:
    package = express(texts, name)
    return Job(name, root, render(package, contracts, base), unwise(package))


def _prefix(folder: Path, out: Path) -> str:
    """The manifest's folder as seen from what it shares with the output: the same on every machine."""
    here = PurePath(os.path.abspath(folder))
    shared = os.path.commonpath([here, os.path.abspath(out)])
    relative = here.relative_to(shared).as_posix()
    return "" if relative == "." else f"{relative}/"


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        raise SchemaError("not UTF-8", source=str(path)) from None
