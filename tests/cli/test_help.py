"""Every command explains itself, in both languages, with an example that is to be typed."""

from __future__ import annotations

import re
import shlex

import click
import pytest

from geogrid.cli.program import SECTIONS, program

NAMES = sorted(program.commands)
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("name", NAMES)
def test_help_has_an_example_of_the_command(run, name):
    said = run(name, "--help")
    assert said.code == 0
    assert said.err == ""
    assert f"Example:\n  geogrid {name} " in said.out


@pytest.mark.parametrize("name", NAMES)
def test_the_example_can_be_parsed(name):
    command = program.commands[name]
    words = shlex.split(command.epilog)
    assert words[:2] == ["geogrid", name]
    with command.make_context(name, words[2:], parent=click.Context(program)):
        pass


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("before", [True, False])
def test_help_is_in_chinese_wherever_the_language_stands(run, name, before):
    words = ("--lang", "zh", name, "--help") if before else (name, "--lang", "zh", "--help")
    said = run(*words)
    assert said.code == 0
    assert "用法:" in said.out
    assert "选项:" in said.out
    assert "示例:" in said.out
    own = [line for line in said.out.splitlines() if re.match(r"  -", line)]
    plain = [line for line in own if not CHINESE.search(line)]
    # A long option has its help on the next line.
    assert [line for line in plain if len(line.split("  ")) > 2] == []
    assert not re.search(r"(?<!-)\b(default|required|Show|Print)\b", said.out)


def test_the_program_lists_every_command_once(run):
    said = run("--help")
    listed = re.findall(r"^  ([a-z][a-z-]*)  ", said.out, re.MULTILINE)
    assert sorted(listed) == NAMES
    assert [name for group in SECTIONS.values() for name in group] != []


def test_the_programs_help_is_in_chinese_too(run):
    said = run("--lang", "zh", "--help")
    assert "开始使用" in said.out
    for line in re.findall(r"^  [a-z]+  +.*$", said.out, re.MULTILINE):
        assert CHINESE.search(line), line


def test_without_a_command_the_help_is_shown_and_the_usage_is_bad(run):
    said = run()
    assert said.code == 2
    assert "geogrid demo" in said.err
    assert said.out == ""


def test_the_version_is_told(run):
    import geogrid

    assert geogrid.__version__ in run("--version").out


def test_the_locale_sets_the_language(geogrid):
    with geogrid("coverage", "--help", language="zh_CN.UTF-8") as process:
        out, err = process.communicate()
    assert process.returncode == 0
    assert "每个网格的巡逻时间" in out
    assert err == ""


USAGE = [
    (["dance"], "No such command 'dance'", "没有命令 'dance'"),
    (["coverage"], "Missing argument 'WS'", "缺少参数 'WS'"),
    (["init", "ws"], "Missing option '--districts'", "缺少选项 '--districts'"),
    (["coverage", "ws", "--fast"], "No such option '--fast'", "没有选项 '--fast'"),
    (["coverage", "ws", "--max-gap", "x"], "'x' is not a valid float", "'x' 不是数字"),
    (["coverage", "ws", "--max-gap"], "requires an argument", "需要一个值"),
    (["demo", "ws", "--size", "huge"], "is not one of 'tiny', 'city'", "不在可选值 'tiny', 'city'"),
    (["demo", "ws", "--seed", "1.5"], "is not a valid integer", "不是整数"),
    (["serve", "ws", "--port", "0"], "is not in the range", "不在范围"),
    (["layers", "ws", "more"], "unexpected extra argument", "多余的参数"),
    (["layers", __file__], "is a file", "是文件"),
    (["layers", "ws", "--json=1"], "does not take a value", "不带值"),
]


@pytest.mark.parametrize(("words", "english", "chinese"), USAGE)
def test_bad_usage_ends_with_2_and_is_told_in_the_language(run, words, english, chinese):
    said = run(*words)
    assert (said.code, said.out) == (2, "")
    assert english in said.err
    assert "--help" in said.err
    told = run("--lang", "zh", *words)
    assert told.code == 2
    assert chinese in told.err


@pytest.mark.parametrize("words", [words for words, _, _ in USAGE if words[-1] != "--max-gap"])
def test_bad_usage_comes_as_json_where_that_is_asked_for(run, words):
    said = run(words[0], "--json", *words[1:])
    assert said.code == 2
    assert said.json["status"] == "reject"
    assert said.json["message"]
