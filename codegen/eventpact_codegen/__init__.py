"""Builds: schema files in, typed event classes out. Knows no Kafka and no registry."""

from eventpact_codegen.files import Drift, drift, write
from eventpact_codegen.generate import Base, findings, generate
from eventpact_codegen.job import Job, folder_job, manifest_jobs
from eventpact_codegen.unwise import Finding

__all__ = ["Base", "Drift", "Finding", "Job", "drift", "findings", "folder_job", "generate", "manifest_jobs", "write"]
