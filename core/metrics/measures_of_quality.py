"""Indicators of the tumours found, of the readers' agreement and of the dose."""

from functools import partial

from core.metrics import screening, timeliness, workup
from core.metrics.measure import Measure
from core.words import N_

QUALITY = (
    Measure(
        "invasive", N_("Invasive cancers"), workup.invasive,
        N_("Invasive among the cancers found by the screening of which it is known. {positive}"), only="breast", needs=("invasive",),
    ),
    Measure(
        "minimal", N_("Minimal cancers"), workup.minimal,
        N_("Invasive of 10 mm or less, or in situ, among the cancers found by the screening of which it is known. {positive}"),
        only="breast", needs=("invasive", "size_mm"),
    ),
    Measure(
        "up_to_10", N_("Invasive, 10 mm or less"), workup.up_to_10,
        N_("10 mm or less among the invasive cancers found by the screening whose size is known. {positive}"),
        only="breast", needs=("invasive", "size_mm"),
    ),
    Measure(
        "under_15", N_("Invasive, under 15 mm"), workup.under_15,
        N_("Under 15 mm among the invasive cancers found by the screening whose size is known. {positive}"),
        only="breast", needs=("invasive", "size_mm"),
    ),
    Measure(
        "node_negative", N_("Node-negative"), workup.node_negative,
        N_("Without positive lymph nodes among the invasive cancers found by the screening whose nodes are known. {positive}"),
        only="breast", needs=("invasive", "nodes_positive"),
    ),
    Measure(
        "late_stage", N_("Stage II or higher"), workup.late_stage,
        N_("Stage II to IV among the cancers found by the screening whose stage is known. {positive}"), only="breast", needs=("stage",),
    ),
    Measure(
        "early_stage", N_("Stage I or II"), workup.early_stage,
        N_("Stage 0 to II among the cancers found by the screening whose stage is known. {positive}"), only="lung", needs=("stage",),
    ),
    Measure(
        "discordant", N_("Readers differ"), screening.discordant,
        N_("Exams whose first two readers decided differently, among the exams with two reads."),
    ),
    Measure(
        "kappa", N_("Reader agreement"), screening.discordant,
        N_("Cohen's kappa of the decisions of the first two readers: 1 is complete agreement, 0 is no more than chance."), "kappa",
    ),
    Measure(
        "ctdivol", N_("Dose, CTDIvol"), partial(timeliness.measured, column="ctdivol_mgy"),
        N_("Median of CTDIvol as the scanner wrote it, of the exams with a final result that carry it."), "mGy", only="lung",
        needs=("ctdivol_mgy",), values=lambda cohort: cohort.number("ctdivol_mgy"),
    ),
    Measure(
        "dlp", N_("Dose, dose-length product"), partial(timeliness.measured, column="dlp_mgycm"),
        N_("Median of the dose-length product as the scanner wrote it, of the exams with a final result that carry it."), "mGy·cm",
        only="lung", needs=("dlp_mgycm",), values=lambda cohort: cohort.number("dlp_mgycm"),
    ),
)  # fmt: skip
