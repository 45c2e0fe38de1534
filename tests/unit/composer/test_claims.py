"""The support check judges claims of the project's own making as ``make bench-collect`` prints it."""

from benchmarks.collect.drafts import judged


def test_nearly_all_true_claims_are_borne_out_and_no_false_number_name_or_quote_is():
    right = judged()
    assert {kind: len(found) for kind, found in right.items()} == {
        "true": 36, "number": 11, "name": 13, "quote": 5, "misused": 4
    }  # fmt: skip
    assert sum(right["true"]) >= 35
    assert all(all(right[kind]) for kind in ("number", "name", "quote"))
