"""An extraction worker: every ingested document's text, without personal data, in a database, once."""
