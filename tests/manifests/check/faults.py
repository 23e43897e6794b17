"""Each rule with edits of our own documents that break it."""

from __future__ import annotations

from tests.manifests.check.faults_of_clusters import CLUSTERS
from tests.manifests.check.faults_of_jobs import JOBS
from tests.manifests.check.faults_of_sense import SENSE
from tests.manifests.check.faults_of_shape import SHAPE

FAULTS = [*SHAPE, *CLUSTERS, *JOBS, *SENSE]
