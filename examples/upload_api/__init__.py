"""An upload endpoint: the file is stored, its event is acknowledged, and only then the client hears 201."""
