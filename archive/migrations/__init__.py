"""The revisions of the tables, oldest first. A new one is a module in versions/ and its name here, so that nothing else loads Alembic."""

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010")
