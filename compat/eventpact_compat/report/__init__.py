"""Findings -> text, for people, pipelines and pull requests. Pure functions: nothing is printed or written here."""

from eventpact_compat.report.github import github_annotations, github_summary
from eventpact_compat.report.json_form import as_json, to_json
from eventpact_compat.report.junit import junit
from eventpact_compat.report.plain import plain
from eventpact_compat.report.sarif import sarif

__all__ = ["as_json", "github_annotations", "github_summary", "junit", "plain", "sarif", "to_json"]
