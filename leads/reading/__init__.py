"""What a visitor's own words say of the facts: named rules, a file for each fact.

No model and no network: the same words on the same day are always read alike, and each reading says
by which rule and from which words. docs/scoring.md tells the rules to people.
"""
