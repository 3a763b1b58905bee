"""What documents look like: names and kinds of their members without the values, and what of an
older look is gone in a newer one. A shape is JSON itself: {"id": "text", "boxes": ["number"]}.
"""
KINDS = {bool: "flag", int: "number", float: "number", str: "text", type(None): "null"}


def of(value):
    if isinstance(value, dict):
        return {name: of(member) for name, member in value.items()}
    if isinstance(value, list):
        merged = []
        for element in value:
            merged = merge(merged, [of(element)])
        return merged
    return KINDS[type(value)]


def merge(one, other):
    """The shape of documents of either shape; what is null now and then keeps its other shape."""
    if one is None or other is None:
        return other if one is None else one
    if isinstance(one, dict) and isinstance(other, dict):
        return {name: merge(one.get(name), other.get(name)) for name in sorted({*one, *other})}
    if isinstance(one, list) and isinstance(other, list):
        return [merge(*one, *other)] if one and other else one or other
    if isinstance(one, str) and isinstance(other, str):
        return "|".join(sorted({*one.split("|"), *other.split("|")}))
    return other if isinstance(one, str) else one


def gone(old, new, where=""):
    """Sentences on what the old shape has and the new one has not; additions are no matter."""
    if isinstance(old, dict):
        if not isinstance(new, dict):
            return [f"{where} is not an object but {new}"]
        return [each for name, member in old.items()
                for each in (gone(member, new[name], f"{where}/{name}") if name in new
                             else [f"{where}/{name} is gone"])]
    if isinstance(old, list):
        if not isinstance(new, list):
            return [f"{where} is not a list but {new}"]
        if old and not new:
            return [f"{where} has no elements"]
        return gone(old[0], new[0], where + "[]") if old else []
    known = set(old.split("|")) - {"null"}
    if not known:
        return []
    kinds = set(new.split("|")) - {"null"} if isinstance(new, str) else {str(new)}
    if not kinds:
        return [f"{where} is always null, it was {old}"]
    return [] if kinds <= known else [f"{where} is {new}, it was {old}"]


def lost(old, new, where=""):
    """The same for values: members and elements that are gone or differ."""
    if isinstance(old, dict) and isinstance(new, dict):
        return [each for name, member in old.items()
                for each in (lost(member, new[name], f"{where}/{name}") if name in new
                             else [f"{where}/{name} is gone"])]
    if isinstance(old, list) and isinstance(new, list):
        return [f"{where} lacks {element}" for element in old
                if not any(not lost(element, other) for other in new)]
    return [] if old == new else [f"{where} is {new!r}, it was {old!r}"]
