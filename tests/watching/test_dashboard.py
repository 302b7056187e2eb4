"""The dashboard and the alert rules in deploy/: both can be loaded, and name only what there is."""

import json
import re

import pytest
import yaml

from foundation import metrics
from sift_site.watching import state
from tests.factories import make_organisation
from tests.servers import PROJECT

DASHBOARD = PROJECT / "deploy" / "grafana-dashboard.json"
RULES = PROJECT / "deploy" / "prometheus-rules.yml"
_METRIC = re.compile(r"\bsift_[a-z_]+")


@pytest.fixture
def known(watched, db) -> set[str]:
    """Every name that a scrape may hold."""
    make_organisation()
    state.Beat.objects.create()
    families = [*metrics.registry().collect(), *state.State().collect()]
    suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"], "gauge": [""]}
    return {family.name + suffix for family in families for suffix in suffixes[family.type]}


def rules() -> list[dict]:
    [group] = yaml.safe_load(RULES.read_text())["groups"]
    return group["rules"]


def test_the_dashboard_shows_every_metric_and_no_other(known):
    panels = json.loads(DASHBOARD.read_text())["panels"]
    named = {name for panel in panels for target in panel["targets"]
             for name in _METRIC.findall(target["expr"])}  # fmt: skip

    assert named <= known
    unseen = {name for name in known if not name.endswith(("_sum", "_count"))} - named
    assert not unseen


def test_alerts_name_only_metrics_that_there_are_and_say_what_to_do(known):
    for rule in rules():
        named = set(_METRIC.findall(rule["expr"]))
        assert named <= known, rule["alert"]
        assert named or 'up{job="sift"}' in rule["expr"]
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["todo"]
        assert rule["labels"]["severity"] in {"page", "ticket"}
    assert len({rule["alert"] for rule in rules()}) == len(rules()) >= 10


def test_parentheses_of_every_expression_close(known):
    panels = json.loads(DASHBOARD.read_text())["panels"]
    expressions = [target["expr"] for panel in panels for target in panel["targets"]]
    for expression in [*expressions, *(rule["expr"] for rule in rules())]:
        for opening, closing in ("()", "[]", "{}"):
            assert expression.count(opening) == expression.count(closing), expression
