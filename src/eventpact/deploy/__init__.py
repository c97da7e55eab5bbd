"""The manifest made true on a broker and in a registry: read the world, plan, apply exactly the plan.

The room above `kafka` and `registry`, where topics and subjects meet.
"""

from eventpact.deploy.apply import Applied, apply
from eventpact.deploy.document import read_plan, write_plan
from eventpact.deploy.plan import Plan, Refusal, Waiver, plan
from eventpact.deploy.steps import (
    AddPartitions,
    AlterTopic,
    CreateTopic,
    DeleteSubject,
    RegisterSchema,
    SetLevel,
    Step,
)
from eventpact.deploy.world import SubjectAdmin, TopicAdmin, read_world

__all__ = [
    "AddPartitions",
    "AlterTopic",
    "Applied",
    "CreateTopic",
    "DeleteSubject",
    "Plan",
    "Refusal",
    "RegisterSchema",
    "SetLevel",
    "Step",
    "SubjectAdmin",
    "TopicAdmin",
    "Waiver",
    "apply",
    "plan",
    "read_plan",
    "read_world",
    "write_plan",
]
