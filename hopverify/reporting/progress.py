"""A progress bar: on a terminal (the error stream) for what takes longer than two seconds, and in notebooks."""

from __future__ import annotations

import sys
from html import escape
from threading import Timer
from time import monotonic
from typing import Any

from hopverify.reporting.plain import plain

PATIENCE = 2.0
INTERVAL = 0.25


def bar(total: int) -> Bar | NotebookBar:
    """Return a bar for a program: within a notebook, on a terminal, or nowhere."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return NotebookBar(total, shell) if hasattr(shell, "kernel") else Bar(total)


class NotebookBar:
    """A bar below the cell of a notebook that is running; it leaves nothing behind."""

    def __init__(self, total: int, shell: Any) -> None:
        self.total, self.drawn = total, 0.0
        self.display: Any = None
        self._shown = sys.modules["IPython"].display

    def __enter__(self) -> NotebookBar:
        return self

    def __exit__(self, *_: object) -> None:
        if self.display is not None:
            self.display.update(self._shown.HTML(""))

    def show(self, done: float, description: str) -> None:
        """Move the bar, a few times a second at most."""
        if monotonic() - self.drawn < INTERVAL:
            return
        self.drawn = monotonic()
        share = f'<progress value="{done:g}" max="{self.total}"></progress>'
        page = self._shown.HTML(f"{share} {escape(plain(description))}")
        if self.display is None:
            self.display = self._shown.display(page, display_id=True)
        else:
            self.display.update(page)


class Bar:
    """A bar over ``total`` steps that shows itself once the work has lasted :data:`PATIENCE` seconds.

    It is a context manager; between ``pause`` and the next ``show`` it leaves the terminal to others.
    """

    def __init__(self, total: int, *, colour: bool = True) -> None:
        self.wanted = sys.stderr.isatty()
        self.colour = colour
        self.total, self.begin = total, monotonic()
        self.timer: Timer | None = None
        self.display: Any = None

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self.pause()

    def show(self, done: float, description: str) -> None:
        """Move the bar; a bar that is not visible yet will be when the patience is over."""
        if not self.wanted:
            return
        if self.display is None:
            self._prepare()
        if self.timer is None:
            # A long step reports nothing while it runs, so the clock has to start the display.
            self.timer = Timer(max(0.0, self.begin + PATIENCE - monotonic()), self.display.start)
            self.timer.daemon = True
            self.timer.start()
        self.display.update(self.task, completed=done, description=plain(description))

    def _prepare(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.table import Column

        columns = (
            BarColumn(bar_width=24),
            TimeElapsedColumn(table_column=Column(no_wrap=True, min_width=7)),
            TextColumn("left:", style="progress.remaining", table_column=Column(no_wrap=True, min_width=5)),
            TimeRemainingColumn(table_column=Column(no_wrap=True, min_width=7)),
            TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, ratio=1)),
        )
        console = Console(stderr=True, color_system="auto" if self.colour else None)
        # Steps take seconds to hours, so the estimate looks back far.
        self.display = Progress(*columns, console=console, transient=True, expand=True, speed_estimate_period=24 * 3600)
        self.task = self.display.add_task("", total=self.total)

    def pause(self) -> None:
        """Take the bar off the terminal, for others to print."""
        if self.timer is not None and self.display is not None:
            self.timer.cancel()
            self.timer.join()
            self.display.stop()
            self.timer = None
