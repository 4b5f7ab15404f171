"""The one history of both schemas."""
