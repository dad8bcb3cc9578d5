"""The county in a box: a seed number goes in, a real HTTP server on loopback comes out, with county portals that look like real ones.

A newcomer finds here:

    chance, names        a seed → the same draws on every machine; the invented places and organs
    world, drafting      World.build(seed) → counties, organs and their reports: values, no addresses
    figures, arithmetic  figures that obey the official form; the oracle that says which rules a report breaks
    prose, phrases       the sections' text, written for this project
    mistakes             the planted mistakes: a new one is a function and its line in FIGURE_MISTAKES or TEXT_MISTAKES
    report, tables       one report as a value; its tables as grids of merged cells
    layouts              how editors paste a report into a page: a new page hazard is a function and its name in LAYOUTS
    pdf, word            the same report as a PDF or DOCX file, the same bytes every time
    noise                news, notices and look-alikes: a new look-alike is a line in LOOK_ALIKES
    site                 one county's content as its portal holds it: columns, articles, attachments
    dialect, dialects/   what a portal family is, and the families: a new one is a module and its name in DIALECTS
    pages, portal        what the pages of all families share; a Site → a function from Request to Response
    edits, plants        edits behind a crawler's back, pure and then applied, with the truth of each
    faults, station      what goes wrong on the way: a new delivery hazard is a Kind and its branch in station
    wire, listener, log  HTTP/1.1, connections, and what was asked
    places, server       addresses on loopback; the whole of it in a thread: `with CountyServer(World.build(1)) as server`
    control              the same orders over HTTP
    truth                everything above as plain JSON, to judge a crawler and a reader by

Nothing of the product imports this package, except the command that shows it.
"""
