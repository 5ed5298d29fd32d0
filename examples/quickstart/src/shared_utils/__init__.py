"""What all our functions share: logs as JSON, answers for API Gateway, and events read into objects."""

from shared_utils.events import Request, parse_request, parse_sqs
from shared_utils.logs import get_logger
from shared_utils.responses import error, json_response

__all__ = ["Request", "error", "get_logger", "json_response", "parse_request", "parse_sqs"]
