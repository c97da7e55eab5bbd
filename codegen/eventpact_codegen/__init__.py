"""Builds: schema files in, typed event classes out. Knows no Kafka and no registry."""

from eventpact_codegen.files import Drift, drift, write
from eventpact_codegen.generate import generate
from eventpact_codegen.job import Job, folder_job, manifest_jobs

__all__ = ["Drift", "Job", "drift", "folder_job", "generate", "manifest_jobs", "write"]
