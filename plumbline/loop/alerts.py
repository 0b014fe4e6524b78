"""What Alertmanager sends.

Source: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config, version 4 of the message.
"""

from typing import Literal

from pydantic import BaseModel, Field, ValidationError

from plumbline.kernel.errors import PlumblineError


class Alert(BaseModel):
    """One alert; what else Alertmanager says of it is left out.

    Attributes:
        status: Whether it still holds.
        fingerprint: Of its labels: the same alert has the same one whenever it fires.
        starts_at: When it began to fire; a restart of Prometheus, or an alert that flaps, begins anew.
    """

    status: Literal["firing", "resolved"]
    labels: dict[str, str]
    annotations: dict[str, str] = {}
    fingerprint: str = Field(min_length=1, max_length=64)
    starts_at: str = Field(alias="startsAt", min_length=1, max_length=64)

    def payload(self) -> dict[str, str]:
        """Give what the model pipeline is told."""
        return {
            "alert": self.labels.get("alertname", "?"),
            "namespace": self.labels.get("namespace", ""),
            "summary": self.annotations.get("summary", ""),
            "fingerprint": self.fingerprint,
            "starts_at": self.starts_at,
        }


class Notification(BaseModel):
    """A message of the webhook: the alerts of one group."""

    version: Literal["4"]
    alerts: list[Alert] = Field(max_length=1000)


def firing(body: bytes) -> list[Alert]:
    """Read a message and give the alerts that fire.

    Raises:
        PlumblineError: It is no message of Alertmanager.
    """
    try:
        notification = Notification.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        raise PlumblineError(f"{'.'.join(map(str, first['loc'])) or '(all)'}: {first['msg']}") from None
    return [alert for alert in notification.alerts if alert.status == "firing"]
