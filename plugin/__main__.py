"""`python plugin ENGINE`, as Pulumi runs it from a clone of this repository: serves until it is ended."""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # where `components` and `plugin` are
    from plugin.provider import serve

    serve(sys.argv[1:])
