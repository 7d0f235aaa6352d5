"""One case: who, what came before, the images with the AI findings beside them, the opinion and the decision."""

import streamlit as st

from core.access import Act
from core.workflow import images, pictures
from pages.ui.session import read, require
from pages.ui.viewer import viewer
from pages.ui.viewer.scene import ct_scene, mg_scene

user = require(Act.read_cases)
exam_id = int(st.query_params.get("exam", "1"))
if exam_id == 1:
    viewer(ct_scene(read(images.ct, user, exam_id)), key="viewer")
else:
    viewer(mg_scene(exam_id, read(pictures.pictures, user, exam_id)), key="viewer")
