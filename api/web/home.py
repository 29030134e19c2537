"""The first page of the service."""

from __future__ import annotations

from flask import Blueprint

from api.state import knowledge_now
from reasoner import service_html

from .documentation import page_of

routes = Blueprint("home", __name__)


@routes.get("/")
def index() -> str:
    """Show what the service offers."""
    return service_html(knowledge_now(), page_of)
