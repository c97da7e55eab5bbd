"""``python -m eventpact`` is ``eventpact``."""

from eventpact.cli import main

main()
