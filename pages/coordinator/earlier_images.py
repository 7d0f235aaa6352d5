"""Earlier images that readers ask for: each case waits here until there is an answer; what has been open for five days comes first."""

from core.access import Act
from core.workflow.prior_requests import open_requests
from pages.ui import priors_view
from pages.ui.choice import choice
from pages.ui.frame import filters, head, nothing_here
from pages.ui.i18n import _
from pages.ui.priors_drawer import drawer
from pages.ui.queue import programmes
from pages.ui.session import read, require
from pages.ui.tables import table

user = require(Act.work_queue)
found = read(open_requests, user)
head(_("Earlier images"), priors_view.state_line(found))
with filters():
    programme = choice("programme", _("Programme"), programmes())
shown = [row for row in found if programme in ("", row.programme)]
if not found:
    nothing_here(_("No earlier images are asked for."), _("A reader asks for them on a case; the case then waits here for your answer."))
elif not shown:
    nothing_here(_("No request fits this filter."), _("Choose another programme above."))
else:
    picked = table("priors", priors_view.columns(), priors_view.rows(shown, user), label=_("Earlier images"), height="calc(100vh - 250px)")
    if picked.opened:
        drawer(user, next(row for row in shown if str(row.exam_id) == picked.opened))
