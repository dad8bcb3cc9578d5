"""The verbs of the command `nianbao`, a module a subject, each a call into the packages below; cli.py puts them together."""
