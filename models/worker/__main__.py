"""`python -m models.worker`"""

import sys

from core import log
from core.errors import FirstlightError
from core.start import open_database
from models.worker.beside import make_known
from models.worker.load import installed
from models.worker.serve import serve


def main() -> int:
    log.start("worker")
    open_database()
    try:
        make_known()
        serve(installed())
    except FirstlightError as problem:
        sys.stderr.write(f"The worker cannot start: {problem}\n")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
