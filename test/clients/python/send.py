"""Sends what test/clients/client.ts says, with Segment's own library: send.py URL WRITE_KEY CALLS PEOPLE PER_BATCH LABEL [gzip]"""

import sys

from segment.analytics.client import Client

url, write_key, calls, people, per_batch, label = sys.argv[1:7]
failures = []
client = Client(
    write_key,
    host=url,
    upload_size=int(per_batch),
    upload_interval=0.1,
    gzip="gzip" in sys.argv,
    on_error=lambda error, batch: failures.append(error),
)
for n in range(int(calls)):
    client.track(f"{label} {n % int(people)}", "Client Call", {"n": n, "by": label})
client.flush()
client.join()
if failures:
    sys.exit(f"the library gave up: {failures}")
