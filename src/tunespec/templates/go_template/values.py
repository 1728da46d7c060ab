"""Go's values as Python's, for templates: what has an equivalent is that, the rest are the classes below.

==================  =====================================  ==================
Go                  Python                                 zero value
==================  =====================================  ==================
string              ``str``; a byte that is no UTF-8 is a  ``""``
                    surrogate (``surrogateescape``)
bool, int, float64  ``bool``, ``int``, ``float``           ``False``, 0, 0.0
uint8               ``Byte``                               0
complex128          ``complex``                            0
[]any               ``list``                               a nil ``Slice``
map[string]any      ``dict``                               a nil ``Map``
typed slice, map    ``Slice``, ``Map``                     with ``nil=True``
struct, *struct     ``Struct``                             ``GoType.zero()``
nil interface       ``None``
no value at all     ``NO_VALUE``
==================  =====================================  ==================
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tunespec.templates.errors import TemplateError


class Byte(int):
    """A uint8: what indexing a string gives."""

    __slots__ = ()


class _NoValue:
    """Go's invalid ``reflect.Value``: false, and printed as ``<no value>``."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "<no value>"


NO_VALUE: Final = _NoValue()
"""What a pipeline yields when nothing is there: an absent key, or nil."""


def _nothing() -> Any:
    return None


@dataclass(frozen=True)
class Field:
    """A field of a struct: its name, its JSON key (the name by default), and whether JSON omits it when empty."""

    name: str
    zero: Callable[[], Any] = str
    key: str = ""
    omitted: bool = False


@dataclass(frozen=True, eq=False)
class GoType:
    """A named type: the fields of a struct, the zero value of a map's elements, and its methods without arguments.

    A method ``String`` prints the value, as ``fmt.Stringer`` does.
    """

    name: str
    fields: tuple[Field, ...] = ()
    element: Callable[[], Any] = _nothing
    methods: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    opaque: bool = False  # its fields are not exported

    def zero(self) -> Struct:
        """The struct whose fields are all zero."""
        return Struct(self, {each.name: each.zero() for each in self.fields})


class Struct:
    """A struct or, if ``pointer``, a pointer to one, perhaps a nil pointer. It is true unless that, as in Go."""

    __slots__ = ("fields", "nil", "pointer", "type")

    def __init__(self, go_type: GoType, fields: dict[str, Any], *, pointer: bool = False, nil: bool = False) -> None:
        """The fields are given by name, all of them."""
        self.type = go_type
        self.fields = fields
        self.pointer = pointer
        self.nil = nil

    def __bool__(self) -> bool:
        return not self.nil


class Slice(list[Any]):
    """A slice of a named type, a nil slice, or a slice with room behind its end (Go may slice into its capacity)."""

    __slots__ = ("nil", "room", "type")

    def __init__(
        self, items: Iterable[Any] = (), go_type: GoType | None = None, *, nil: bool = False, room: Iterable[Any] = ()
    ) -> None:
        """``room``: the elements from its end to its capacity."""
        super().__init__(items)
        self.type = go_type
        self.nil = nil
        self.room = list(room)


class Map(dict[str, Any]):
    """A map of a named type, or a nil map."""

    __slots__ = ("nil", "type")

    def __init__(self, items: Mapping[str, Any], go_type: GoType | None = None, *, nil: bool = False) -> None:
        """``go_type.element()`` is what an absent key gives."""
        super().__init__(items)
        self.type = go_type
        self.nil = nil


_NAMES: dict[type, str] = {
    bool: "bool",
    int: "int",
    Byte: "uint8",
    float: "float64",
    complex: "complex128",
    str: "string",
    list: "[]interface {}",
    Slice: "[]interface {}",
    dict: "map[string]interface {}",
    Map: "map[string]interface {}",
}


def type_of(value: Any) -> GoType | None:
    """The named type of a value, if it has one."""
    return value.type if isinstance(value, Struct | Slice | Map) else None


def type_name(value: Any) -> str:
    """The type's name as Go writes it: ``[]interface {}``, ``*template.templateMessage``."""
    if (named := type_of(value)) is not None:
        return f"*{named.name}" if isinstance(value, Struct) and value.pointer else named.name
    return _NAMES.get(type(value), "interface {}")


def is_nil(value: Any) -> bool:
    """Whether a value is nil, of whatever type."""
    return value is None or value is NO_VALUE or (isinstance(value, Struct | Slice | Map) and value.nil)


def is_nil_pointer(value: Any) -> bool:
    """Whether a value is a nil pointer or a nil interface, of which nothing can be asked."""
    return value is None or (isinstance(value, Struct) and value.nil)


def is_integer(value: Any) -> bool:
    """Whether a value is an integer; ``True`` is none."""
    return isinstance(value, int) and not isinstance(value, bool)


def method_of(value: Any, name: str) -> Callable[[Any], str] | None:
    """The value's method of that name, if there is one."""
    named = type_of(value)
    return None if named is None else named.methods.get(name)


def encode(text: str) -> bytes:
    """The bytes of a Go string."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise TemplateError("a text has a lone surrogate, which no Go string can hold") from None


def decode(raw: bytes) -> str:
    """A Go string of those bytes."""
    return raw.decode("utf-8", "surrogateescape")


def byte_length(text: str) -> int:
    """``len(text)`` in Go: bytes of UTF-8."""
    return len(text) if text.isascii() else len(encode(text))
