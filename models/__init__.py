"""Networks, their training, their cards and their weights. Imports nothing of ours but itself (worker and score excepted).

Threads of a finished parallel loop must sleep, not spin: beside other busy processes spinning made a scan ten times slower. OpenMP reads
the wish when torch is loaded, so it stands here, before any import of torch.
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
