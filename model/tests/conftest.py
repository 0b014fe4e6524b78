"""What the model room's tests share with those of the registry: an MLflow of their own."""

from plumbline.tests.conftest import empty_registry, mlflow_uri

__all__ = ["empty_registry", "mlflow_uri"]
