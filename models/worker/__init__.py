"""The process that takes in uploads and scores exams: `python -m models.worker`.

It is the one place where networks (`models`) and rows (`core`) meet. Jobs come from the job engine; whatever happens to this process, a
job goes on at its last finished step.
"""
