"""Which test files take longest, so that a run begins with them and no process ends it alone.

Seconds of a process, from `pytest --durations=0` on two cores; a rough figure is enough. A file
that is not here takes less than nine.
"""

from pathlib import Path

SECONDS = {
    "tests/service/test_rule_desk_served.py": 69,
    "tests/crash/test_connectors.py": 60,
    "tests/ontology/test_shape_engines_agree.py": 50,
    "tests/service/test_real_server.py": 46,
    "tests/capabilities/test_1_1_candidates.py": 45,
    "tests/capabilities/test_3_1_connectors.py": 45,
    "tests/service/test_connectors.py": 45,
    "tests/capabilities/test_3_3_temporary_routing.py": 44,
    "tests/rules/test_engines_agree.py": 42,
    "tests/capabilities/test_1_6_drills.py": 45,
    "tests/service/test_drills_played.py": 45,
    "tests/crash/test_drills.py": 45,
    "tests/capabilities/test_1_5_ownership.py": 38,
    "tests/capabilities/test_5_2_retention.py": 50,
    "tests/capabilities/test_6_6_leadership.py": 40,
    "tests/crash/test_flood.py": 38,
    "tests/docs/test_handbook.py": 36,
    "tests/rules/test_laws.py": 35,
    "tests/capabilities/test_1_3_listening_and_crm.py": 32,
    "tests/service/test_policies.py": 31,
    "tests/capabilities/test_1_1_silence_and_standing.py": 30,
    "tests/capabilities/test_2_2_geofences.py": 30,
    "tests/capabilities/test_6_1_alignment.py": 30,
    "tests/service/test_policy_drafts.py": 30,
    "tests/crash/test_listening.py": 29,
    "tests/service/test_fallback.py": 29,
    "tests/service/test_observations.py": 26,
    "tests/capabilities/test_2_6_alert_budget.py": 26,
    "tests/docs/test_first_rule.py": 25,
    "tests/service/test_backtest.py": 25,
    "tests/attack/test_founding.py": 24,
    "tests/crash/test_pushes.py": 23,
    "tests/capabilities/test_2_5_platform_access.py": 20,
    "tests/capabilities/test_2_6_false_positives.py": 20,
    "tests/capabilities/test_6_4_executive_protocol.py": 20,
    "tests/loaders/test_following.py": 20,
    "tests/service/test_jobs.py": 20,
    "tests/capabilities/test_5_5_verbatims.py": 20,
    "tests/capabilities/test_5_3_customer_effort.py": 16,
    "tests/capabilities/test_1_4_templates.py": 19,
    "tests/rules/test_rule_tables.py": 19,
    "tests/service/test_hot_swap.py": 17,
    "tests/crash/test_crashes.py": 16,
    "tests/capabilities/test_2_6_backtest.py": 15,
    "tests/rules/test_comparison_laws.py": 15,
    "tests/rules/test_rerun.py": 15,
    "tests/rules/test_verification_strata.py": 15,
    "tests/service/test_blast_radius.py": 15,
    "tests/service/test_shadows.py": 15,
    "tests/service/test_standing.py": 15,
    "tests/docs/test_commands.py": 13,
    "tests/attack/test_postgresql_world.py": 12,
    "tests/rules/test_durable.py": 12,
    "tests/rules/test_verification_laws.py": 12,
    "tests/service/test_silence.py": 12,
    "tests/knowledge/language/test_tuning.py": 11,
    "tests/rules/test_combine_laws.py": 11,
    "tests/cli/test_language_command.py": 10,
    "tests/service/test_alert_budget.py": 10,
    "tests/service/test_labelled_budget.py": 10,
    "tests/service/test_working_copy.py": 10,
}


def seconds(file: Path, root: Path) -> int:
    """How long a file takes, 0 where nobody said."""
    return SECONDS.get(file.relative_to(root).as_posix(), 0) if file.is_relative_to(root) else 0
