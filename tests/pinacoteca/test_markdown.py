from __future__ import annotations

from pinacoteca.markdown import table, with_section


def test_a_table_has_a_rule_under_its_header() -> None:
    assert table(("way", "P@5"), [("ours", "0.4"), ("chance", "0.1")]) == (
        "| way | P@5 |\n| --- | ---: |\n| ours | 0.4 |\n| chance | 0.1 |"
    )


def test_only_what_stands_between_the_marks_is_replaced() -> None:
    text = "before\n<!-- results -->\nold\nlines\n<!-- end of results -->\nafter"

    assert with_section(text, "results", r"new \1") == (
        "before\n<!-- results -->\nnew \\1\n<!-- end of results -->\nafter"
    )
    assert with_section(text, "other", "new") is None
