"""Reading work saved by a policy, as the trials report it."""


def saving(reads: int, reads_before: int) -> float:
    """Share of reads saved: 1 − reads / reads_before. MASAI: 46,345 against 83,231 reads, 44.3 % saved. Negative when work grew."""
    if reads < 0 or reads_before <= 0:
        raise ValueError(f"reads are {reads} against {reads_before}; expected a count against a positive count")
    return 1 - reads / reads_before
