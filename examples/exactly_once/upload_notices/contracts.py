# Generated from the manifest.
# Do not edit: change the schema, then run `eventpact generate`.
"""Contracts of upload_notices: what the manifest promises."""

from collections.abc import Mapping
from typing import Final

from eventpact.contract import Contract, Topic
from eventpact.schema import Level

__all__ = ["CONTRACTS"]

CONTRACTS: Final[Mapping[str, Contract]] = {
    "com.car.platform.notices.UploadNotice": Contract(
        name="upload-notices",
        schema="upload_notice.avsc",
        event="com.car.platform.notices.UploadNotice",
        topic=Topic(name="upload-notices", partitions=6, retention_ms=604800000),
        key="tenant_id",
        level=Level.FULL_TRANSITIVE,
        subject_strategy="topic-name",
        groups=(),
        owner="Document ingestion team",
    ),
}
