"""Reports: what a run found, for people and for programs. One format a file; all of them read :class:`Report`."""
