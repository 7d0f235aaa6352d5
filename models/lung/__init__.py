"""From CT numbers to nodules: lung field, candidates, masks and measurements."""
