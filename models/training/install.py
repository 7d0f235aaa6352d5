"""`python -m models.training.install OUT`: installs the model that a training laid in OUT/model beside the one in force.

It is there after the worker's next start, in shadow: it scores what comes in, and nobody sees its results but on the monitoring page.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from models import cards
from models.refusal import NoResult
from models.training import whole


def install(out: Path, *, card_folder: Path = cards.CARDS, weight_folder: Path = cards.WEIGHTS) -> str:
    """Copy weights first, then the card, after every hash was compared; returns the card's name. Nothing is ever written over.

    Raises NoResult when there is no finished model, or a card of that name is installed already.
    """
    found = sorted((out / "model" / "cards").glob("*@*.toml"))
    if len(found) != 1:
        raise NoResult(f"{out / 'model' / 'cards'} holds {len(found)} cards, expected one. Let the training command finish first.")
    name = found[0].stem
    card = cards.load(name, found[0].parent)
    if (card_folder / f"{name}.toml").exists():
        raise NoResult(f"A model {name} is installed already. Export this one under another --tag.")
    for part in card.weights:
        cards.read_weights(part, out / "model" / "weights")
    for part in card.weights:
        target = weight_folder / part.file
        target.parent.mkdir(parents=True, exist_ok=True)
        whole.write(target, (out / "model" / "weights" / part.file).read_bytes())
    for path in (found[0].with_name(f"{name}.patients.txt"), found[0]):
        if path.is_file():
            whole.write(card_folder / path.name, path.read_bytes())
    return name


def main(arguments: list[str] | None = None) -> int:
    """Install; exit status 2 and a sentence on standard error when that is not possible."""
    parser = argparse.ArgumentParser(prog="python -m models.training.install", description=__doc__)
    parser.add_argument("out", type=Path, help="the --out folder of a finished training")
    try:
        name = install(parser.parse_args(arguments).out)
    except NoResult as reason:
        sys.stderr.write(f"Not installed: {reason}\n")
        return 2
    sys.stdout.write(f"{name} is installed. After the worker's next start it runs in shadow; validate it before it is put in force.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
