"""How AI models do over time: by group, by version, beside the readers, in shadow; and whether what comes in has changed."""
