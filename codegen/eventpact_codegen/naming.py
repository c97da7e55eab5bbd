"""Avro names -> Python names. The wire name never changes; it stays in the schema.

A name is unchanged where Python allows it. Where it does not, an underscore is added at the end, never at the front:
a leading underscore is private in a class, mangled when there are two, and special when there are four.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from eventpact.errors import ExpressionError

__all__ = ["class_name", "distinct", "field_name", "member_name", "module_name", "package_parts", "snake_case"]

_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MODULE: Final = re.compile(r"[a-z][a-z0-9_]*")
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def _words(line: str) -> frozenset[str]:
    return frozenset(line.split())


# Fixed lists: the output must not depend on the Python that generates.
_KEYWORDS: Final = _words(
    "False None True and as assert async await break class continue def del elif else except finally for from global"
    " if import in is lambda nonlocal not or pass raise return try while with yield"
)
_CLASS_MEMBERS: Final = frozenset({"AVRO_NAME", "PII_FIELDS", "SCHEMA_FINGERPRINT", "SCHEMA_REFERENCES", "SCHEMA_TEXT"})
_MODULE_MEMBERS: Final = frozenset({"AVRO_SCHEMA", "AVRO_TYPES", "CONTRACTS", "EVENT_STRATEGIES"})
_STR_MEMBERS: Final = _words(
    "capitalize casefold center count encode endswith expandtabs find format format_map index isalnum isalpha isascii"
    " isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper join ljust lower lstrip"
    " maketrans mro name partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip split"
    " splitlines startswith strip swapcase title translate upper value zfill"
)
_BUILTINS: Final = _words(
    "ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup BlockingIOError"
    " BrokenPipeError BufferError BytesWarning ChildProcessError ConnectionAbortedError ConnectionError"
    " ConnectionRefusedError ConnectionResetError DeprecationWarning EOFError Ellipsis EncodingWarning"
    " EnvironmentError Exception ExceptionGroup FileExistsError FileNotFoundError FloatingPointError FutureWarning"
    " GeneratorExit IOError ImportError ImportWarning IndentationError IndexError InterruptedError"
    " IsADirectoryError KeyError KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError"
    " NotADirectoryError NotImplemented NotImplementedError OSError OverflowError PendingDeprecationWarning"
    " PermissionError ProcessLookupError PythonFinalizationError RecursionError ReferenceError ResourceWarning"
    " RuntimeError RuntimeWarning StopAsyncIteration StopIteration SyntaxError SyntaxWarning SystemError"
    " SystemExit TabError TimeoutError TypeError UnboundLocalError UnicodeDecodeError UnicodeEncodeError"
    " UnicodeError UnicodeTranslateError UnicodeWarning UserWarning ValueError Warning ZeroDivisionError abs aiter"
    " all anext annotations any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex"
    " copyright credits delattr dict dir divmod enumerate eval exec exit filter float format frozenset getattr"
    " globals hasattr hash help hex id input int isinstance issubclass iter len license list locals map max"
    " memoryview min next object oct open ord pow print property quit range repr reversed round set setattr slice"
    " sorted staticmethod str sum super tuple type vars zip"
)
_OUR_MODULES: Final = frozenset({"contracts", "strategies"})
_DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)


def field_name(name: str) -> str:
    """The attribute of the field ``name``. `ValueError` when there is none."""
    return _python_name(name, _CLASS_MEMBERS)


def member_name(symbol: str) -> str:
    """The enum member of ``symbol``. `ValueError` when there is none."""
    return _python_name(symbol, _STR_MEMBERS)


def class_name(full_name: str) -> str:
    """The class of the type ``full_name``. `ValueError` when there is none.

    Not that of a builtin: mypy takes a class that is used before its definition for the builtin of that name.
    """
    return _python_name(full_name.rpartition(".")[2], _MODULE_MEMBERS | _BUILTINS)


def module_name(file: str) -> str:
    """The module of a schema file: ``orders/OrderPlaced.avsc`` -> ``order_placed``."""
    stem = re.split(r"[/\\]", file)[-1].removesuffix(".avsc")
    found = snake_case(stem)
    if not _MODULE.fullmatch(found) or not stem.isascii():
        raise ExpressionError(
            f"no module can be named after {stem!r}",
            source=file,
            hint="name the file with a letter first, then letters, digits, '_', '-' and '.'",
        )
    if found in _OUR_MODULES:
        raise ExpressionError(
            f"the module {found} is written by the generator itself", source=file, hint="rename the schema file"
        )
    return f"{found}_" if found in _KEYWORDS or found in _DEVICES else found


def snake_case(name: str) -> str:
    """``OrderPlaced`` or ``order-placed`` -> ``order_placed``."""
    return re.sub(r"[-. ]", "_", _CAMEL.sub("_", name)).lower()


def package_parts(package: str) -> list[str]:
    """``a.b`` -> ``["a", "b"]``; never anything that is a path."""
    parts = package.split(".")
    for part in parts:
        if not _IDENTIFIER.fullmatch(part) or part in _KEYWORDS or part.startswith("_") or part.lower() in _DEVICES:
            raise ExpressionError(
                f"{package!r} is not a package name", source="--package", hint="use identifiers with dots between them"
            )
    return parts


def distinct(
    names: Iterable[str], rename: Callable[[str], str], *, what: str, source: str, pointer: str, fold: bool = False
) -> dict[str, str]:
    """Avro name -> Python name for names that live side by side.

    Raises:
        ExpressionError: a name has no Python form, or two of them have the same (with ``fold``: but for letter case).
    """
    found: dict[str, str] = {}
    owners: dict[str, str] = {}
    for name in names:
        try:
            found[name] = rename(name)
        except ValueError as error:
            raise ExpressionError(
                f"the {what} {name} has no Python name: {error}", source=source, pointer=pointer, hint="rename it"
            ) from None
        key = found[name].lower() if fold else found[name]
        if (other := owners.setdefault(key, name)) != name:
            same = "differ in letter case only" if found[other] != found[name] else f"would both be {found[name]}"
            raise ExpressionError(
                f"the {what}s {other} and {name} {same}", source=source, pointer=pointer, hint="rename one of them"
            )
    return found


def _python_name(name: str, taken: frozenset[str]) -> str:
    if not _IDENTIFIER.fullmatch(name):
        raise ValueError("it is no identifier")
    if name.startswith("__") and name.endswith("__"):
        raise ValueError("Python keeps names with two underscores on both sides for itself")
    bare = name.lstrip("_")
    if not bare or bare[0].isdigit():
        raise ValueError("nothing is left of it without the leading underscores")
    return f"{bare}_" if bare != name or name in _KEYWORDS or name in taken else name
