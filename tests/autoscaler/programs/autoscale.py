"""Ray's own autoscaler (version 2) on a configuration file: workers for the tasks of the arguments, then none.

`autoscale.py FILE [--task k=v]… [--no-capacity spot|<instance type>@<subnet id>]… [--hook FILE]`
"""

import argparse
import logging
import runpy
import sys
import time

import boto3
import botocore.awsrequest
from gcs import Gcs, say

LACK = (
    b"<Response><Errors><Error><Code>InsufficientInstanceCapacity</Code>"
    b"<Message>We currently do not have sufficient capacity</Message></Error></Errors>"
    b"<RequestID>x</RequestID></Response>"
)
ROUNDS = 60
FAILURES = 4


def lack_capacity(places):
    """Answer launches there as EC2 does that has no such instance left."""

    def answer(request, **_):
        body = request.body.decode() if isinstance(request.body, bytes) else request.body
        fields = dict(pair.split("=", 1) for pair in body.split("&"))
        market = fields.get("InstanceMarketOptions.MarketType", "on-demand")
        place = f"{fields['InstanceType']}@{fields['SubnetId']}"
        if {market, place} & set(places):
            say(lacks=market if market in places else place)
            return botocore.awsrequest.AWSResponse(request.url, 500, {}, Raw(LACK))
        return None

    boto3.setup_default_session()
    boto3.DEFAULT_SESSION.events.register("before-send.ec2.RunInstances", answer)


class Raw:
    """A body as urllib3 gives it."""

    def __init__(self, body):
        self._body = body

    def stream(self, **_):
        yield self._body


class Run:
    """Rounds of the autoscaler."""

    def __init__(self, file):
        from ray.autoscaler.v2.autoscaler import Autoscaler
        from ray.autoscaler.v2.instance_manager.config import FileConfigReader

        reader = FileConfigReader(file)
        self.gcs = Gcs(reader.get_cached_autoscaling_config().get_raw_config_mutable())
        self.autoscaler = Autoscaler("test", reader, self.gcs)
        self.provider = self.autoscaler._cloud_instance_provider
        self.gcs.join(self.provider.get_non_terminated())

    def until(self, done):
        """Whether it came so; a launch that failed too often ends it too."""
        failures, errors = 0, self.provider.poll_errors

        def counted():
            nonlocal failures
            found = errors()
            for error in found:
                say(error=type(error).__name__, type=getattr(error, "node_type", None), cause=str(error.__cause__))
            failures += len(found)
            return found

        self.provider.poll_errors = counted
        for _ in range(ROUNDS):
            if done():
                return True
            if failures >= FAILURES or self.autoscaler.update_autoscaling_state() is None:
                return False
            time.sleep(0.3)
            self.gcs.join(self.provider.get_non_terminated())
        return False


def main():
    """Grow, then shrink; say how it went."""
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--task", action="append", default=[])
    parser.add_argument("--no-capacity", action="append", default=[])
    parser.add_argument("--hook")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    lack_capacity(given.no_capacity)
    if given.hook:
        runpy.run_path(given.hook)
    run = Run(given.file)
    run.gcs.wanted = [dict([task.split("=", 1)]) for task in given.task]
    say(grown=run.until(lambda: not run.gcs.waiting()), workers=run.gcs.workers)
    if not sys.stdin.readline():  # the test looks at EC2
        return
    run.gcs.rest()
    say(gone=run.until(lambda: not run.gcs.workers))


main()
