"""`python -m models.worker`"""

from core import log
from core.start import open_database
from models.worker.load import installed
from models.worker.serve import serve


def main() -> None:
    log.start("worker")
    open_database()
    serve(installed())


if __name__ == "__main__":
    main()
