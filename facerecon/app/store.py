"""A bounded, thread-safe memory for large values that are keyed by digests."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Store(Generic[Value]):
    """Keeps the values that were used last; makes each one once, even when several threads ask at the same time.

    Args:
        capacity: how many values are kept.

    Example:
        >>> store = Store(2)
        >>> store.get("a", lambda: 1), store.get("a", lambda: 2)
        (1, 1)
    """

    def __init__(self, capacity: int):
        self.capacity = capacity
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._making: dict[Hashable, Lock] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._values)

    def peek(self, key: Hashable) -> Value | None:
        """Gives a value if it is there."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Gives a value, making it first where it is not there; what `make` raises is passed on and nothing is kept."""
        with self._lock:
            turn = self._making.setdefault(key, Lock())
        with turn:
            try:
                value = self.peek(key)
                if value is None:
                    value = make()
                    with self._lock:
                        self._values[key] = value
                        while len(self._values) > self.capacity:
                            self._values.popitem(last=False)
            finally:
                with self._lock:
                    self._making.pop(key, None)
        return value
