"""Documents to extract, and the events that announce them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from io import BytesIO
from typing import Final

from pypdf import PdfReader, PdfWriter

from ingestion_events import IngestionEvent, SourceType

TENANT: Final = "0f8fad5b-d9cb-469f-a165-70867728950e"

SECRETS: Final = ("jane.doe@corp.intern", "4111 1111 1111 1111", "+49 30 901820", "DE89370400440532013000")
"""What must be nowhere but in the file itself."""

LETTER: Final = f"Write to {SECRETS[0]} or call {SECRETS[2]}.\nCard {SECRETS[1]}, account {SECRETS[3]}.\nThank you."


def announced(data: bytes, uri: str, mime_type: str = "text/plain", **others: str) -> IngestionEvent:
    """The event of a stored file; what it says besides is personal, too."""
    return IngestionEvent(
        tenant_id=others.get("tenant_id", TENANT),
        source_type=SourceType.UPLOAD,
        file_hash=others.get("file_hash", hashlib.sha256(data).hexdigest()),
        s3_uri=uri,
        original_filename="Jane Doe, notice of termination.txt",
        mime_type=mime_type,
        timestamp=datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
        source_path="/home/jane.doe",
        permissions_blob={"jane.doe": "owner"},
        metadata={"author": "Jane Doe"},
    )


def pdf(*pages: str) -> bytes:
    """A PDF with these lines as its text layer, one page each, put together by hand."""
    count = len(pages)
    kids = " ".join(f"{3 + 2 * number} 0 R" for number in range(count))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} /MediaBox [0 0 612 792] >>",
    ]
    for number, text in enumerate(pages):
        escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        shown = f"BT /F1 12 Tf 72 720 Td ({escaped}) Tj ET" if text else ""
        font = "<< /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
        objects.append(f"<< /Type /Page /Parent 2 0 R /Contents {4 + 2 * number} 0 R /Resources << /Font {font} >> >>")
        objects.append(f"<< /Length {len(shown)} >>\nstream\n{shown}\nendstream")
    out = BytesIO()
    out.write(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1"))
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.writelines(f"{place:010} 00000 n \n".encode() for place in places)
    out.write(f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode())
    return out.getvalue()


def locked(data: bytes, password: str) -> bytes:
    """The same PDF, encrypted."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(data)))
    writer.encrypt(password, algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
