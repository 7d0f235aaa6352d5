"""Routes under /api that our own components use; `pages.ui.server` serves them behind the sign-in gate."""

from starlette.routing import BaseRoute

ROUTES: list[BaseRoute] = []
