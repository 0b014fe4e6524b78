"""The service that customers and web pages talk to."""
