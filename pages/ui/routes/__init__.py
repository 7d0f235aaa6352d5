"""Routes under /api that our own components use; `pages.ui.server` serves them behind the sign-in gate."""

from starlette.routing import BaseRoute

from pages.ui.routes import ct, documents, mammography, upload

ROUTES: list[BaseRoute] = [*ct.ROUTES, *documents.ROUTES, *mammography.ROUTES, *upload.ROUTES]
