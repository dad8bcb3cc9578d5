"""The rules of the catalogue, by what they look at: sums of one report, two years of one organ, prose, shape."""
