from enum import StrEnum


class WhileFrozen(StrEnum):
    """What may happen to the rows of a workspace that ends."""

    KEPT = "kept"  # none comes, none changes
    WINDS_DOWN = "winds_down"  # none comes; what was under way is ended in its row
    GOES_ON = "goes_on"  # the log, the end itself, rights of patients, and people who still look
