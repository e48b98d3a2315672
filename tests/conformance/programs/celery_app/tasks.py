"""A Celery application whose queues begin with the program's first argument. Its settings are mostly Celery's defaults.

What its tasks and workers go through is told as in `support.py` of the pika programs.
"""

import json
import os
import sys

from celery import Celery
from celery.exceptions import Reject
from kombu import Exchange, Queue

prefix = sys.argv[1]
DEAD = f'{prefix}.dead'
FEEDS = Exchange(f'{prefix}.topic', 'topic')

app = Celery('tasks', broker=os.environ['AMQP_URL'], backend='rpc://')
app.conf.update(
    task_default_queue=prefix,
    task_queues=[
        Queue(prefix, Exchange(prefix), routing_key=prefix),
        Queue(f'{prefix}.feeds', FEEDS, routing_key='feed.#'),
        Queue(f'{prefix}.hopeless', routing_key=f'{prefix}.hopeless',
              queue_arguments={'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': DEAD}),
    ],
    worker_prefetch_multiplier=1,
    worker_send_task_events=True,
)


# Celery prints a banner; only what is said goes to the test.
said = os.dup(1)
os.dup2(2, 1)


def say(event, **fields):
    # One write, as the processes of a worker share the pipe.
    os.write(said, (json.dumps({'event': event, **fields}) + '\n').encode())


@app.task
def add(a, b):
    return a + b


@app.task
def fail(reason):
    raise ValueError(reason)


@app.task(bind=True)
def flaky(self, failures):
    """Fails as often as it is told to; the worker keeps each retry until its time has come."""
    if self.request.retries < failures:
        raise self.retry(countdown=0.3, max_retries=failures)
    return f'failed {self.request.retries} times'


@app.task(bind=True, acks_late=True)
def held(self, name):
    """Is busy until the worker is told to go on by a line on its stdin."""
    say('started', name=name, redelivered=self.request.delivery_info['redelivered'])
    sys.stdin.readline()
    say('finished', name=name)


@app.task(bind=True)
def whereabouts(self):
    info = self.request.delivery_info
    return [info['exchange'], info['routing_key']]


@app.task(acks_late=True)
def hopeless():
    raise Reject('no use', requeue=False)
