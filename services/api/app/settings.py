"""The settings of the api service: environment variables that start with API_."""

from services.common.server import ServerSettings

PREFIX = "API_"


class Settings(ServerSettings, frozen=True, kw_only=True):
    """See README.md for what each one is for.

    Attributes:
        predict_url: Where the predict service listens.
        predict_seconds: Deadline for its answer, a second attempt included.
        model_seconds: How often the model's contract is asked for again.
        store_url: Database of predictions, actuals and keys.
        store_seconds: How long a request waits for it.
        require_key: Whether a request needs an API key.
        requests_per_minute: Of a key that has no limit of its own.
        cors_origins: Origins of other web pages that may ask, separated by spaces; none by default.
        repository_url: Where the web page's links to commits lead; no links by default.
        max_in_flight: Of short requests for predictions alone.
        max_batches: The same of requests for predictions with a long body.
    """

    port: int = 8000
    predict_url: str = "http://127.0.0.1:8001"
    predict_seconds: float = 5.0
    model_seconds: float = 5.0
    store_url: str = "sqlite:///.plumbline/predictions.db"
    store_seconds: float = 5.0
    require_key: bool = True
    requests_per_minute: int = 600
    cors_origins: str = ""
    repository_url: str = ""
    max_in_flight: int = 64
    max_batches: int = 2
    log_requests: bool = True

    def __post_init__(self) -> None:
        """Refuse settings that no service can work with."""
        super().__post_init__()
        if not self.predict_url.startswith(("http://", "https://")):
            raise ValueError("API_PREDICT_URL must start with http:// or https://")
        if self.repository_url and not self.repository_url.startswith("https://"):
            raise ValueError("API_REPOSITORY_URL must start with https://")
        if min(self.max_batches, self.requests_per_minute) < 1:
            raise ValueError("API_MAX_BATCHES and API_REQUESTS_PER_MINUTE must be at least 1")
