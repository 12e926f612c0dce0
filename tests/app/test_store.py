"""The store keeps what was used last and makes each value once."""

import threading
import time

import pytest

from facerecon.app.store import Store


def test_it_keeps_what_was_used_last():
    store = Store(2)
    for key in "ab":
        store.get(key, lambda key=key: key.upper())
    store.get("a", lambda: "not made again")
    store.get("c", lambda: "C")
    assert (store.peek("a"), store.peek("b"), store.peek("c")) == ("A", None, "C")
    assert len(store) == 2


def test_a_value_is_made_once_by_many_threads():
    store, made = Store(4), []

    def make():
        time.sleep(0.02)
        made.append(threading.get_ident())
        return object()

    found = []
    threads = [threading.Thread(target=lambda: found.append(store.get("key", make))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1 and len(set(map(id, found))) == 1


def test_two_keys_are_made_at_the_same_time():
    store, barrier = Store(4), threading.Barrier(2, timeout=5)
    threads = [threading.Thread(target=store.get, args=(key, barrier.wait)) for key in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not barrier.broken


def test_nothing_is_kept_of_what_failed():
    store = Store(2)

    def fail():
        raise ValueError("no")

    with pytest.raises(ValueError):
        store.get("key", fail)
    assert store.get("key", lambda: 3) == 3
