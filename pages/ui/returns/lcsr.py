"""The export of lung exams on the page: how complete each field is, and the file."""

from functools import partial

import streamlit as st

from core.exchange.tabular import csv_bytes, xlsx_bytes
from core.returns.lcsr import Export
from pages.ui.i18n import N_, _, n_, number
from pages.ui.programme.export import XLSX, spoken
from pages.ui.tables import Column, Row, table

FIELD = {
    "site": N_("Site"), "participant": N_("Participant"), "sex": N_("Sex"), "age": N_("Age"), "smoking_status": N_("Smoking status"),
    "pack_years": N_("Pack-years"), "years_since_quitting": N_("Years since quitting"), "exam_date": N_("Exam date"),
    "indication": N_("Baseline or annual"), "manufacturer": N_("Manufacturer"), "kernel": N_("Kernel"),
    "slice_thickness_mm": N_("Slice thickness"), "ctdivol_mgy": N_("Dose, CTDIvol"), "dlp_mgycm": N_("Dose, dose-length product"),
    "lung_rads": N_("Lung-RADS category"), "modifier_s": N_("Modifier S"), "decision": N_("Decision"),
}  # fmt: skip


def completeness(made: Export) -> None:
    """Fields that every exam should have, the emptiest first."""
    n = len(made.rows)
    columns = [
        Column("field", _("Field"), "strong", "260px"), Column("there", _("There"), "number", align="right nowrap"),
        Column("missing", _("Missing"), "number", align="right nowrap"),
    ]  # fmt: skip
    rows = [
        Row(field, {"field": _(FIELD[field]), "there": _("{x} of {n}", x=n - missing, n=n), "missing": number(missing)})
        for field, missing in sorted(made.missing.items(), key=lambda one: -one[1])
    ]
    table("lcsr", columns, rows, label=_("How complete the fields are"))


def state(made: Export, about: str) -> str:
    n, whole = len(made.rows), sum(not row[-1] for row in made.rows)
    exams = n_("{n} has a final result", "{n} have a final result", n)
    return f"{about} {exams}. {_('{whole} of {n} are complete; what is missing is named in the file and not guessed.', whole=whole, n=n)}"


def download(made: Export, year: str) -> None:
    with st.popover(_("Export"), icon=":material/download:"):
        for label, end, kind, make in (
            (_("Table (CSV)"), "csv", "text/csv", partial(csv_bytes, made.header, made.rows)),
            (_("Workbook (XLSX)"), "xlsx", XLSX, partial(xlsx_bytes, {_("Exams"): (made.header, made.rows)})),
        ):
            st.download_button(
                label, spoken(make), f"firstlight-lung-exams-{year}.{end}", kind, key=f"lcsr-{end}", on_click="ignore", type="tertiary"
            )
