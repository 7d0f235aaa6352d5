"""What a site records and what it does not: a figure counted from what nobody recorded there is absent, with the reason, and never 0.

A site that declares nothing records everything. The declaration is a row of `IndicatorSetting` with the key "recorded-<site>".
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlmodel import Session, col, select

from core.clock import now
from core.metrics.gaps import NONE, Gap, Gaps
from core.metrics.labels import Bools
from core.metrics.measures import MEASURES
from core.words import Sentence
from db.tables import IndicatorSetting

KEY = "recorded-"


@dataclass(frozen=True)
class Records:
    """Of one site: `figures` (keys of indicators) can be counted; `reasons` say why others cannot, `otherwise` for those without their own.

    `about` says where the exams come from; they were chosen for a study, so no band for screening is held against them.
    """

    site_id: int
    figures: frozenset[str]
    reasons: Mapping[str, Sentence]
    otherwise: Sentence
    about: Sentence

    def reason(self, key: str) -> Sentence:
        """Why the indicator cannot be counted here."""
        return self.reasons.get(key, self.otherwise)


def declare(session: Session, card_id: str, records: Records) -> None:
    """Store what a site records of a programme, from now on."""
    value = {
        "site_id": records.site_id, "figures": sorted(records.figures), "otherwise": records.otherwise.to_json(),
        "reasons": {key: reason.to_json() for key, reason in records.reasons.items()}, "about": records.about.to_json(),
    }  # fmt: skip
    session.add(IndicatorSetting(card_id=card_id, key=f"{KEY}{records.site_id}", value=value, at=now()))
    session.flush()


def records(session: Session, card_id: str, sites: Collection[int]) -> tuple[Records, ...]:
    """The declarations of those of `sites` that made one, the newest of each."""
    rows = select(IndicatorSetting).where(IndicatorSetting.card_id == card_id, col(IndicatorSetting.key).startswith(KEY))
    newest = {row.value["site_id"]: row.value for row in session.exec(rows.order_by(col(IndicatorSetting.id)))}
    return tuple(_read(value) for site_id, value in sorted(newest.items()) if site_id in sites)


def gaps(declared: Collection[Records], tables: Mapping[str, pd.DataFrame]) -> Gaps:
    """What the rows of "exams" and "invitations" do not record, by their site_id."""
    if not declared:
        return NONE
    missing = {
        measure.key: tuple(
            Gap(_at(tables[measure.of], one.site_id), one.reason(measure.key)) for one in declared if measure.key not in one.figures
        )
        for measure in MEASURES
        if measure.of in tables
    }
    chosen = {name: table.site_id.isin([one.site_id for one in declared]).to_numpy(dtype=bool) for name, table in tables.items()}
    nowhere = {one.key: _shared(declared, one.key) for one in MEASURES} if chosen["exams"].all() else {}
    return Gaps({key: found for key, found in missing.items() if found}, chosen, {key: reason for key, reason in nowhere.items() if reason})


def about(declared: Collection[Records]) -> tuple[Sentence, ...]:
    """Where the exams of these sites come from, each said once."""
    return tuple({one.about.to_json(): one.about for one in declared}.values())


def _shared(declared: Collection[Records], key: str) -> Sentence | None:
    """Why none of these sites records a figure; None when one does."""
    return None if any(key in one.figures for one in declared) else next(one.reason(key) for one in declared)


def _at(table: pd.DataFrame, site_id: int) -> Bools:
    return table.site_id.eq(site_id).to_numpy(dtype=bool)


def _read(value: Mapping[str, Any]) -> Records:
    reasons = {key: _sentence(text) for key, text in value["reasons"].items()}
    return Records(value["site_id"], frozenset(value["figures"]), reasons, _sentence(value["otherwise"]), _sentence(value["about"]))


def _sentence(text: str) -> Sentence:
    return Sentence.from_json(text) or Sentence(text)
