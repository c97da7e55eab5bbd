"""The command line. Needs the extra: pip install 'eventpact[cli]'."""

import sys

__all__ = ["main"]


def main() -> None:
    """Entry point of ``eventpact``. Exit codes: 0 clean, 1 findings, 2 usage or environment, 130 interrupted."""
    try:
        from eventpact.cli.app import run

        code = run()
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.partition(".")[0] not in {"typer", "rich", "click", "shellingham"}:
            raise
        sys.exit(f"eventpact: the command line needs {missing.name}; install it with: pip install 'eventpact[cli]'")
    except KeyboardInterrupt:
        # While the modules load: the framework, which ends commands, is not there yet.
        sys.exit(130)
    sys.exit(code)
