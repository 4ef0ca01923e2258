"""When wrong answers over all workspaces together look like an attack: a line for the operators' alarms."""

import logging

from django.core.cache import cache

logger = logging.getLogger(__name__)

# Far more than people mistype: the whole service sees a few dozen an hour on a busy day.
WRONG_ANSWERS_PER_HOUR = 500
_KEY = "portal-wrong-answers"


def count_wrong_answer() -> None:
    """Of anybody, anywhere. Says so once in the hour in which it becomes too many."""
    cache.add(_KEY, 0, timeout=3600)
    if cache.incr(_KEY) == WRONG_ANSWERS_PER_HOUR:
        logger.error("portal: %d wrong answers within an hour", WRONG_ANSWERS_PER_HOUR)
