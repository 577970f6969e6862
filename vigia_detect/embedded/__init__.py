"""The message broker of one machine: a Valkey server from a wheel, on a private socket."""

from vigia_detect.embedded.broker import EmbeddedBroker

__all__ = ["EmbeddedBroker"]
