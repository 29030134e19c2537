"""HTTP and pages over the reasoner; nothing is decided here."""

from .app import create_app
from .doctor import examine
from .records import Records
from .server import serve
from .settings import Settings, read_settings, settings_table

__all__ = [
    "Records",
    "Settings",
    "create_app",
    "examine",
    "read_settings",
    "serve",
    "settings_table",
]
