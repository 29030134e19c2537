"""HTTP and pages over the reasoner; nothing is decided here."""

from .app import create_app, serve
from .settings import Settings

__all__ = ["Settings", "create_app", "serve"]
