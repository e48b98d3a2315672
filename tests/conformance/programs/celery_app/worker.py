"""A Celery worker: worker.py PREFIX NAME POOL

It takes part in everything that Celery's workers do among themselves by default: remote control, mingle, gossip, heartbeats.
"""

import sys

from celery.signals import worker_ready, worker_shutdown
from tasks import app, say

_, _, name, pool = sys.argv
# The pool `solo` works in the process itself; one task is all it may hold then.
processes = 1 if pool == 'solo' else 2


@worker_ready.connect
def on_ready(**_):
    say('ready')


@worker_shutdown.connect
def on_shutdown(**_):
    say('closed')


app.worker_main(['worker', '--loglevel=WARNING', f'--pool={pool}', f'--concurrency={processes}', f'--hostname={name}@test'])
