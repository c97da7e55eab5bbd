"""Rules for one schema by itself: what parses, and should still not be published."""

from eventpact_compat.lint.config import DEFAULT, LintConfig
from eventpact_compat.lint.files import lint_files
from eventpact_compat.lint.fix import fix
from eventpact_compat.lint.job import Job, lint_manifest
from eventpact_compat.lint.rule import LintRule
from eventpact_compat.lint.rules import BY_ID, RULES
from eventpact_compat.lint.run import lint_schema, lint_text

__all__ = [
    "BY_ID",
    "DEFAULT",
    "RULES",
    "Job",
    "LintConfig",
    "LintRule",
    "fix",
    "lint_files",
    "lint_manifest",
    "lint_schema",
    "lint_text",
]
