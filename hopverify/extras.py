"""What to type for an extra: libraries that a part of hopverify needs, and that verifying does without.

pip takes the hopverify that is installed, from a checkout or from a release, and adds what the extra names.
"""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path


def to_install(extra: str) -> str:
    """Return the command that adds an extra to the environment that this process runs in, activated or not."""
    own = Path(sys.executable)
    found = shutil.which("pip")
    pip = "pip" if found is not None and Path(found).parent == own.parent else f"{shlex.quote(str(own))} -m pip"
    return f"{pip} install 'hopverify[{extra}]'"
