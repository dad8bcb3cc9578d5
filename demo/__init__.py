"""The county in a box: a seed number goes in, a real HTTP server on loopback comes out, with county portals that look like real ones.

A newcomer finds here:

    chance, names        a seed → the same draws on every machine; the invented places and organs
    world, drafting      World.build(seed) → counties, organs and their reports: values, no addresses
    figures, arithmetic  figures that obey the official form; the oracle that says which rules a report breaks
    prose, phrases       the sections' text, written for this project
    mistakes             the planted mistakes: a new one is a function and its line in FIGURE_MISTAKES or TEXT_MISTAKES
    report, tables       one report as a value; its tables as grids of merged cells
    layouts              how editors paste a report into a page: a new page hazard is a function and its name in LAYOUTS
    noise                news, notices and look-alikes: a new look-alike is a line in LOOK_ALIKES
    guises, pictures     how a report's text stands in its page: whole, in several pages, as pictures, in free words
    files, pdf, word     a report as a file, in every format that portals hand out: a new one is a function and its name in MAKERS
    site                 one county's content as its portal holds it: columns, articles, attachments; WAYS to keep the reports' column
    dialect, dialects/   what a portal family is, and the families: a new one is a module and its name in DIALECTS
    shelf, service       what families with lists that lie ready, and families with an interface, have in common; addresses, interfaces
    pages, frames        what the pages of all families share; the designs that a redesign puts around them
    articles, router     an article's routes; which handler answers a request
    portal               a Site → a function from Request to Response, on each of the site's hosts
    hazards/             what is wrong with a county's portal: a new hazard is a value and its name in HAZARDS
    ledger, conditions   the states of the ledger, and which one each organ-year should come to
    edits, plants        edits behind a crawler's back, pure and then applied, with the truth of each
    faults, station      what goes wrong on the way: a new delivery hazard is a Kind and its branch in station
    wire, listener, log  HTTP/1.1, connections, and what was asked
    places, server       addresses on loopback; the whole of it in a thread: `with CountyServer(World.build(1)) as server`
    control              the same orders over HTTP
    truth                everything above as plain JSON, to judge a crawler and a reader by

Nothing of the product imports this package, except the command that shows it.
"""
