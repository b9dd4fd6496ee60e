"""What the methods that follow incidents day by day say and hand out on the command line."""

import pytest


@pytest.fixture(scope="module")
def tiny(tiny_workspace):
    return tiny_workspace.path


def test_emerging_says_its_steps_and_the_cells_in_each_category(run, tiny):
    words = ["hotspots", tiny, "--method", "emerging", "--step-days", 28]
    said = run(*words)
    assert said.code == 0, said.err
    assert " steps of 28 days, " in said.out
    categories = run(*words, "--json").json["categories"]
    assert len(categories) == 17
    assert ("persistent hot" in said.out) == (categories["persistent_hot"] > 0)


def test_near_repeat_prints_a_table_with_half_open_bands(run, tiny):
    words = ["hotspots", tiny, "--method", "near-repeat", "--permutations", 19]
    said = run(*words, "--space-bands", "0,1,101", "--time-bands", "0,8")
    assert said.code == 0, said.err
    assert "[1, 101)" in said.out
    assert "[0, 8)" in said.out
    assert " hot and " not in said.out
    table = run(*words, "--metric", "manhattan", "--json").json["table"]
    assert len(table) == 5 * 4
    assert {"observed", "expected", "ratio", "p"} <= set(table[0])


def test_scan_lists_clusters_in_chinese_too(run, tiny):
    words = ["hotspots", tiny, "--method", "scan", "--permutations", 19]
    assert "new clusters on " in run(*words).out
    assert "个新聚集" in run(*words, "--lang", "zh").out
    assert run(*words, "--json").json["method"] == "scan"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--method", "emerging", "--null", "conditional"], "--null"),
        (["--method", "near-repeat", "--radius", "600"], "--radius"),
        (["--method", "scan", "--space-bands", "0,1"], "--space-bands"),
        (["--method", "near-repeat", "--space-bands", "5,1"], "rise"),
        (["--method", "emerging", "--from", "2026-03-05"], "8 to 366 steps"),
    ],
)
def test_what_a_method_has_no_use_for_is_refused(run, tiny, words, told):
    said = run("hotspots", tiny, *words)
    assert said.code == 2
    assert told in said.err
