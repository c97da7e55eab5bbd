"""`python -m extraction_worker`."""

import sys

from extraction_worker.service import main

sys.exit(main())
