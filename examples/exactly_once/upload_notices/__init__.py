# Generated from schemas/upload_notice.avsc.
# Do not edit: change the schema, then run `eventpact generate`.
"""Event classes of upload_notices."""

from .upload_notice import UploadNotice

__all__ = ["UploadNotice"]
