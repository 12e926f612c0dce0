import logging
import os
import threading

import pytest

from facerecon.core.native_output import native_output_to_log


def test_native_writes_go_to_the_log(capfd, caplog):
    caplog.set_level(logging.DEBUG, "facerecon.core.native_output")
    with native_output_to_log():
        os.write(2, b"INFO: from a library\nsecond line\n")
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "after\n"
    assert [record.message for record in caplog.records] == ["INFO: from a library", "second line"]


def test_stream_is_restored_after_an_error(capfd):
    with pytest.raises(ValueError), native_output_to_log():
        raise ValueError
    os.write(2, b"seen\n")
    assert capfd.readouterr().err == "seen\n"


def test_many_threads_restore_the_same_stream(capfd):
    before = os.fstat(2)

    def speak():
        for _ in range(20):
            with native_output_to_log():
                os.write(2, b"noise\n")

    threads = [threading.Thread(target=speak) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after = os.fstat(2)
    assert (before.st_dev, before.st_ino) == (after.st_dev, after.st_ino)
    assert capfd.readouterr().err == ""


def test_a_block_within_a_block_of_the_same_thread(capfd, caplog):
    caplog.set_level(logging.DEBUG, "facerecon.core.native_output")

    def nest():
        with native_output_to_log():
            os.write(2, b"outer\n")
            with native_output_to_log():
                os.write(2, b"inner\n")

    thread = threading.Thread(target=nest, daemon=True)
    thread.start()
    thread.join(timeout=20)
    assert not thread.is_alive() and capfd.readouterr().err == ""
    assert sorted(record.message for record in caplog.records) == ["inner", "outer"]
