"""Which files are looked at: all of the manifest's, or those that a person or a hook names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from eventpact.contract import Contract, load_manifest, load_texts
from eventpact.errors import SchemaError
from eventpact_compat.finding import Finding
from eventpact_compat.layout import format_text
from eventpact_compat.lint.config import DEFAULT, LintConfig
from eventpact_compat.lint.files import lint_files, references_of
from eventpact_compat.lint.fix import fix

__all__ = ["Job", "lint_manifest"]


@dataclass(frozen=True, slots=True)
class Job:
    """Texts by path, as it is shown to people. Only ``chosen`` are reported on; the others lend them types."""

    texts: dict[str, str]
    chosen: tuple[str, ...]
    contracts: tuple[Contract, ...] = ()
    config: LintConfig = DEFAULT

    @classmethod
    def of(cls, manifest: Path, files: Iterable[Path] = ()) -> Job:
        """The files named, or else all that the manifest names; a folder stands for the .avsc files below it.

        The manifest is read if it is there, for its contracts, its settings and the types in its files.

        Raises:
            ManifestError: the manifest is wrong, or it is missing and no files are named.
            SchemaError: a file is not UTF-8.
            OSError: a file cannot be read.
        """
        named = [found for file in files for found in _expanded(file)]
        if named and not manifest.exists():
            texts = {str(file): _read(file) for file in named}
            return cls(texts, tuple(texts))
        found, settings = load_texts(manifest)
        texts = {str(manifest.parent / name): text for name, text in found.items()}
        config = LintConfig.of(settings, str(manifest))
        by_path = {Path(name).resolve(): name for name in texts}
        chosen = [by_path.get(file.resolve(), str(file)) for file in named]
        texts |= {name: _read(Path(name)) for name in chosen if name not in texts}
        return cls(texts, tuple(chosen or texts), _contracts(manifest), config)

    def findings(self) -> tuple[Finding, ...]:
        """What lint says of the chosen files."""
        return lint_files(self.texts, contracts=self.contracts, config=self.config, only=frozenset(self.chosen))

    def fixed(self) -> dict[str, str]:
        """The chosen texts that the fixes change. Texts that are not Avro stay as they are."""
        after = {name: self._fix(name) for name in self.chosen}
        return {name: text for name, text in after.items() if text != self.texts[name]}

    def formatted(self) -> tuple[dict[str, str], tuple[SchemaError, ...]]:
        """The chosen texts that are not in the one layout, and why others have none."""
        changed: dict[str, str] = {}
        errors: list[SchemaError] = []
        for name in self.chosen:
            try:
                text = format_text(self.texts[name], name)
            except SchemaError as error:
                errors.append(error)
                continue
            if text != self.texts[name]:
                changed[name] = text
        return changed, tuple(errors)

    def with_texts(self, texts: dict[str, str]) -> Job:
        return replace(self, texts=self.texts | texts)

    def _fix(self, name: str) -> str:
        text = self.texts[name]
        try:
            return fix(text, source=name, references=references_of(name, self.texts), config=self.config)
        except SchemaError:
            return text


def lint_manifest(path: Path | str) -> tuple[Finding, ...]:
    """The findings of every schema file that the manifest names, under the contract that it belongs to.

    Raises:
        ManifestError: the manifest is wrong.
    """
    return Job.of(Path(path)).findings()


def _contracts(manifest: Path) -> tuple[Contract, ...]:
    try:
        contracts = load_manifest(manifest).contracts
    except SchemaError:
        return ()  # a finding says which file is wrong; the others are looked at without their contracts
    return tuple(replace(contract, schema=str(manifest.parent / contract.schema)) for contract in contracts)


def _expanded(path: Path) -> list[Path]:
    return sorted(path.rglob("*.avsc")) if path.is_dir() else [path]


def _read(file: Path) -> str:
    try:
        return file.read_bytes().decode()
    except UnicodeDecodeError:
        raise SchemaError("not UTF-8", source=str(file)) from None
