"""Tells a webhook of a run that ended badly. What Prefect automations send (e-mail, chat) is set on its server."""

import json
import logging
import urllib.error
import urllib.request

from flows.runs import RunSummary
from flows.safe_text import for_log
from flows.settings import Settings

TIMEOUT_S = 10

logger = logging.getLogger(__name__)


def notify_failure(settings: Settings, summary: RunSummary, error: BaseException) -> bool:
    """POST ``{"run_id", "outcome", "error", "release_id"}`` to ``notify_webhook_url``, where one is set.

    Returns:
        Whether the receiver took it. One that does not answer is logged, without its address, which may hold a
        secret; the run's own error is what the user has to see.
    """
    if settings.notify_webhook_url is None:
        return False
    url = settings.notify_webhook_url.get_secret_value()
    if not url.startswith(("http://", "https://")):
        logger.warning("notify_webhook_url is no http(s) address; nobody was told of run %s", summary.run_id)
        return False
    message = {
        "run_id": summary.run_id,
        "outcome": summary.outcome,
        "error": for_log(str(error), limit=2_000),
        "release_id": summary.release_id,
    }
    request = urllib.request.Request(
        url, data=json.dumps(message).encode(), headers={"Content-Type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S):
            return True
    except (urllib.error.URLError, OSError) as problem:
        logger.warning("the webhook was not reached for run %s: %s", summary.run_id, type(problem).__name__)
        return False
