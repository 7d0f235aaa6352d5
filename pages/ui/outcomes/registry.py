"""Lists of a cancer registry: handed in, columns named, looked through, taken in by the job, and approved by somebody else."""

import streamlit as st

from core import jobs
from core.access import Act, Person
from core.outcomes import checking
from core.outcomes.registry import columns, lists
from core.roster import lists as handed
from core.roster.lists import Line
from core.sites import sites
from db.enums import ListKind
from pages.ui.frame import nothing_here
from pages.ui.i18n import _, literal, moment, n_, show
from pages.ui.outcomes.registry_rows import counted, rows
from pages.ui.session import act, did, read


def view(user: Person) -> None:
    """What waits for a second person first, then the lists that were handed in."""
    for one in read(lists.waiting, user):
        _waiting(user, one)
    if not user.may(Act.upload):
        return
    known = read(handed.lines, user, kind=ListKind.registry)
    if not known:
        nothing_here(
            _("Cancers of a registry come in as a list, CSV or XLSX."),
            _("Press “Hand in a registry list”. The same list again changes nothing."),
        )
        return
    names = {line.id: f"{line.name} · {moment(line.handed_in_at)}" for line in known}
    asked = st.query_params.get("registry", known[0].id)
    chosen = st.selectbox(
        _("List"), list(names), index=list(names).index(asked) if asked in names else 0, format_func=names.__getitem__, width=520
    )
    _detail(user, next(line for line in known if line.id == chosen))


def ask(user: Person) -> None:
    """The form that hands a list in, in a drawer."""
    places = {site.id: site.name for site in read(sites, user.sites(Act.upload))}

    @st.dialog(_("Hand in a registry list"), position="right", width=520)
    def hand_in() -> None:
        site = st.selectbox(_("Site whose patient numbers the list has"), list(places), format_func=places.__getitem__)
        file = st.file_uploader(_("CSV or XLSX"), ["csv", "txt", "tsv", "xlsx"])
        st.caption(
            _(
                "Needed: patient number, date of birth, date of diagnosis, ICD-10 (C50, D05, C34). Nothing is written now: "
                "the next step shows what each row would become."
            )
        )
        if st.button(_("Hand in"), type="primary", disabled=file is None) and file is not None and site is not None:
            made = act(lists.hand_in, user, site_id=site, name=file.name, content=file.getvalue())
            if made is not None:
                st.query_params["registry"], st.query_params["list"] = made, "registry"
                st.rerun()

    hand_in()


def _waiting(user: Person, one: lists.Open) -> None:
    said = n_(
        "**{n} entry** of {name} waits for the check", "**{n} entries** of {name} wait for the check", one.entries, name=literal(one.name)
    )
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f"{said} · :gray[{_('handed in by {name}', name=literal(one.by))}]")
        if one.own:
            st.markdown(f":orange[◆ {_('another person has to check your list')}]", width="content")
        elif st.button(
            _("Approve all of the list"),
            key=f"all-{one.list_id}",
            type="primary",
            help=_("Every entry of the list counts from now on; it is written down who approved it"),
        ) and did(checking.approve_list, user, one.list_id, done=_("Approved; the entries count from now on.")):
            st.rerun()


def _detail(user: Person, line: Line) -> None:
    if line.state == "done":
        counted(line.result)
        rows(user, line)
    elif line.state == "waiting":
        _follow(user, line)
    else:
        _columns(user, line)
        if line.state == "looked" and counted(line.looked):
            _take(user, line)
            rows(user, line)


def _columns(user: Person, line: Line) -> None:
    sheet = read(handed.sheet, user, line.id)
    places = [-1, *range(len(sheet.head))]
    with st.expander(_("Which column holds what"), expanded=line.state == "new"), st.form(f"registry-{line.id}", border=False):
        chosen = {}
        for start in range(0, len(columns.FIELDS), 3):
            for spot, field in zip(st.columns(3), columns.FIELDS[start : start + 3], strict=False):
                label = f"{_(field.name)} *" if field.key in columns.NEEDED else _(field.name)
                chosen[field.key] = spot.selectbox(
                    label,
                    places,
                    index=places.index(line.mapping.get(field.key, -1)),
                    format_func=lambda place: sheet.head[place] if place >= 0 else "–",
                    key=f"r-{field.key}",
                )
        if st.form_submit_button(_("Look through the list"), type="primary"):
            named = {key: place for key, place in chosen.items() if place >= 0}
            if did(lists.set_columns, user, line.id, named) and did(lists.look, user, line.id):
                st.rerun()


def _take(user: Person, line: Line) -> None:
    new = line.looked.get("new", 0)
    if not new:
        st.markdown(f":gray[{_('The list brings nothing new.')}]")
    elif st.button(
        n_("Take in {n} cancer", "Take in {n} cancers", new),
        type="primary",
        help=_("All of them or none; each waits for the check by another person"),
    ) and did(handed.start, user, line.id):
        read(lambda _session: jobs.enqueue_list(line.id))
        st.rerun()


def _follow(user: Person, line: Line) -> None:
    @st.fragment(run_every="2s")
    def live() -> None:
        if read(handed.line, user, line.id).state != line.state:
            st.rerun()
        progress = read(lambda _session: jobs.progress(line.workflow_id or ""))
        if progress is not None and progress.state == "failed":
            st.error(f"{show(progress.reason)}  \n{_('Nothing was written. An administrator can try it again on the operations page.')}")
        else:
            st.progress((progress.fraction if progress else None) or 0.0, _("Under way; the page may be left"))

    live()
