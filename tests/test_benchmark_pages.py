"""Pages that more than one benchmark writes."""

from __future__ import annotations

from benchmarks.pages import write_part


def test_each_writes_its_own_part(tmp_path):
    page = tmp_path / "page.md"
    write_part(page, "# Page\n\none\n")
    write_part(page, "## Part\n\ntwo")
    write_part(page, "## Other\n\n| # |\n| ## no heading |\n")
    write_part(page, "# Page\n\nnew\n")
    write_part(page, "## Part\n\nnewer\n")
    expected = "# Page\n\nnew\n\n## Part\n\nnewer\n\n## Other\n\n| # |\n| ## no heading |\n"
    assert page.read_text(encoding="utf-8") == expected
