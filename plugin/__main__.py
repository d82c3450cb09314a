"""`python plugin ENGINE`, which Pulumi runs from a clone of this repository. It serves until it is stopped."""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # where `components` and `plugin` are
    from plugin.provider import serve

    serve(sys.argv[1:])
