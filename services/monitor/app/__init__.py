"""The monitor job."""
