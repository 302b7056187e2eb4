"""What Python compiled is kept for the tests' many processes, some two hundred in a run.

Else each of them, and each that runs tests, would compile all of Sift for itself.
"""

import os
import sys

from sift_site.development.var_folder import VAR


def keep() -> None:
    """Where the environment forbids to write beside the sources, it is written in `var/`."""
    if sys.dont_write_bytecode:
        sys.dont_write_bytecode = False
        sys.pycache_prefix = str(VAR / "test-bytecode")
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
