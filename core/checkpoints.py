"""Brings what a SQLite file's write-ahead log holds into the file, on a thread of its own.

SQLite itself does so within whichever commit finds the log long (https://www.sqlite.org/wal.html, "Performance
Considerations"), and that commit, and whoever waits behind it, then waits for the disk.
"""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from threading import Event, Lock, Thread
from urllib.parse import quote

log = logging.getLogger(__name__)
PAUSE_S = 0.5
"""From one checkpoint to the next, at least."""
BACKSTOP_PAGES = 16_000
"""Of the log (64 MB), from which on a commit does it itself, as where much is written at once."""


class Checkpoints:
    """Checkpoints a file soon after each commit; it neither blocks writers nor waits for readers.

    Parameters
    ----------
    path : str
        The file.
    """

    def __init__(self, path: str) -> None:
        self._address = f"file:{quote(path)}?mode=rw"  # a file that is gone is not made anew
        self._guard = Lock()
        self._thread: Thread | None = None
        self._due, self._closed = Event(), Event()

    def committed(self) -> None:
        """Say that the log has grown."""
        if self._due.is_set():
            return
        self._due.set()
        with self._guard:
            if self._thread is None and not self._closed.is_set():
                self._thread = Thread(target=self._work, name="checkpoints", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """End the thread; what is left in the log SQLite brings into the file when its last connection is closed."""
        with self._guard:
            self._closed.set()
            self._due.set()
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()
        self._due.clear()
        self._closed.clear()

    def _work(self) -> None:
        while self._due.wait() and not self._closed.is_set():
            self._due.clear()
            try:
                with closing(sqlite3.connect(self._address, timeout=0, uri=True)) as connection:
                    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            except sqlite3.Error as error:  # the next commit brings another try, and the log is as durable as the file
                log.warning("not_checkpointed", extra={"reason": str(error)})
            self._closed.wait(PAUSE_S)
