"""The press room of people who write newsletters."""

__version__ = "0.1.0"
