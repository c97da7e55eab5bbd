"""The generators' model as JSON."""

from __future__ import annotations

from contextlib import suppress

from tests.schema.defaults import NoValueError, default_for
from tests.schema.dice import Dice, chance, pick
from tests.schema.model import Doc, FieldModel, Model, NamedModel, Shape, branches, inner, number_of

__all__ = ["render"]


def render(model: Model, dice: Dice) -> Doc:
    """JSON: each type defined where it is met first, names written in one of their legal forms."""
    met: set[int] = set()

    def use(name: str, namespace: str) -> str:
        space, _, simple = name.rpartition(".")
        return simple if space == namespace and chance(dice, 60) else name

    def shape_doc(shape: Shape, namespace: str) -> Doc:
        match shape[0]:
            case "prim":
                kind, annotations = str(shape[1]), dict(shape[2])  # type: ignore[call-overload]
                if annotations:
                    return {"type": kind, **annotations}
                return {"type": kind} if chance(dice, 5) else kind
            case "array":
                return {"type": "array", "items": shape_doc(inner(shape), namespace)}
            case "map":
                return {"type": "map", "values": shape_doc(inner(shape), namespace)}
            case "union":
                return [shape_doc(branch, namespace) for branch in branches(shape)]
            case _:
                number = number_of(shape)
                if number in met:
                    return use(model.named[number].name, namespace)
                met.add(number)
                return named_doc(model.named[number], namespace)

    def named_doc(named: NamedModel, enclosing: str) -> Doc:
        space, _, simple = named.name.rpartition(".")
        doc: dict[str, Doc] = {"type": named.sort}
        if space == enclosing and chance(dice, 60):
            doc["name"] = simple
        elif not space or chance(dice, 50):
            doc |= {"name": simple, "namespace": space}
        else:
            doc["name"] = named.name
        if named.aliases:
            doc["aliases"] = [*named.aliases]
        match named.sort:
            case "enum":
                doc["symbols"] = [*named.symbols]
                if named.symbol is not None:
                    doc["default"] = named.symbol
            case "fixed":
                doc |= {"size": named.size, **named.logical}
            case _:
                doc["fields"] = [field_doc(field, space) for field in named.fields]
        return doc

    def field_doc(field: FieldModel, namespace: str) -> Doc:
        doc: dict[str, Doc] = {"name": field.name, "type": shape_doc(field.shape, namespace)}
        if field.default:
            with suppress(NoValueError):
                doc["default"] = default_for(field.shape, model, dice)
        if field.aliases:
            doc["aliases"] = [*field.aliases]
        if chance(dice, 5):
            doc["doc"] = pick(dice, ("", "What it means.", 'quotes " and \\ and é'))
        return doc

    return shape_doc(model.root, "")
