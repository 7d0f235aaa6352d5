"""Lung questionnaire: the questions of the lung health check for one participant, kept as a draft, ending with a plain answer."""

from core.access import Act
from core.eligibility.questionnaire import sheet
from core.workflow.participants import line
from pages.ui.eligibility import questionnaire
from pages.ui.session import read, require

user = require(Act.work_queue)
participant_id = questionnaire.asked()
found = read(sheet, user, participant_id)
questionnaire.top(read(line, user, participant_id), found)
questionnaire.body(user, found)
