"""The county in a box: a seed number goes in, a real HTTP server on loopback comes out, with county portals that look like real ones.

A newcomer finds here:

    chance, names        a seed → the same draws on every machine; the invented places and organs
    world                World.build(seed) → counties, organs, their reports (values, no addresses)
    figures, arithmetic  figures that obey the official form; the oracle that says which rules a report breaks
    prose, phrases       the sections' text, written for this project
    mistakes             the planted mistakes, by name: a new one is a function and a name in MISTAKES
    tables, layouts      the official tables as grids; how editors paste them: a new page hazard is a function and a name in LAYOUTS
    pdf, word            the same report as a PDF or DOCX file, the same bytes every time
    noise                news, notices and look-alikes
    site                 one county's content as its portal holds it: columns, articles, attachments
    dialects/            how a portal family serves a Site: a new family is one module and one name in DIALECTS
    server, wire, log    HTTP/1.1 on loopback, and what was asked of it
    plants, control      edits behind your back and faults, from Python or over HTTP
    truth                everything above as plain JSON, to judge a crawler and a reader by

Nothing of the product imports this package, except the command that shows it.
"""
