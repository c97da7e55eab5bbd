"""The contracts as pages for people and as an AsyncAPI document: values in, texts out."""

from typing import TYPE_CHECKING

from eventpact.door import late_door

if TYPE_CHECKING:
    from eventpact.catalog.asyncapi import asyncapi_text, read_servers
    from eventpact.catalog.entries import Catalog, read_catalog
    from eventpact.catalog.site import render_site

__all__ = ["Catalog", "asyncapi_text", "read_catalog", "read_servers", "render_site"]

# Late, because the pages need an extra and the AsyncAPI document does not.
__getattr__, __dir__ = late_door(
    __name__,
    {
        "Catalog": "entries",
        "asyncapi_text": "asyncapi",
        "read_catalog": "entries",
        "read_servers": "asyncapi",
        "render_site": "site",
    },
)
