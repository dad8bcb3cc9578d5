"""The pages, a module a noun: each function takes a request and gives a page."""
