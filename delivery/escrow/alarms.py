"""When wrong answers over all workspaces together look like an attack: a line for the operators' alarms."""

import logging

from tenancy import token_bucket
from tenancy.token_bucket import Budget

logger = logging.getLogger(__name__)

# Far more than people mistype: the whole service sees a few dozen an hour on a busy day.
WRONG_ANSWERS_PER_HOUR = 500
HOUR = 3600
ANSWERS = {"portal-wrong-answers": Budget(WRONG_ANSWERS_PER_HOUR - 1, HOUR)}
ALARM = {"portal-alarm": Budget(1, HOUR)}


def count_wrong_answer() -> None:
    """Of anybody, anywhere. Says so once in an hour in which they are too many.

    In the transaction that records the answer, which must not fail with Valkey: so by a bucket.
    """
    if token_bucket.take(ANSWERS).is_exceeded and not token_bucket.take(ALARM).is_exceeded:
        logger.error("portal: %d wrong answers within an hour", WRONG_ANSWERS_PER_HOUR)
