"""What the step programs in Python share: the order of the steps, and how they tell what happened."""

import json
import sys

# How long a step waits for what has to come.
LIMIT_SECONDS = 15

STEPS = ['confirms', 'properties', 'returned', 'topic', 'prefetch', 'dead-letter', 'expiration', 'retry', 'priority',
         'overflow', 'rpc', 'cancelled', 'refused']

# Properties that the step of this name tells of, as the clients and as the lines call them.
SEEN_PROPERTIES = [('content_type', 'contentType'), ('correlation_id', 'correlationId'), ('message_id', 'messageId'),
                   ('priority', 'priority'), ('delivery_mode', 'deliveryMode'), ('type', 'type'), ('app_id', 'appId')]

prefix = sys.argv[1]
current = ''


def say(event, **fields):
    print(json.dumps({'step': current, 'event': event, **fields}), flush=True)


def without_time(headers):
    """Headers of a dead-lettered message but the time of its death, which differs from run to run."""
    death = {name: value for name, value in headers['x-death'][0].items() if name != 'time'}
    return {**headers, 'x-death': [death]}


def run_steps(module, on_connection):
    """Has `on_connection` run each step that the module has as a function, on a connection of its own."""
    global current
    for current in STEPS:
        step = getattr(module, current.replace('-', '_'), None)
        try:
            if step:
                on_connection(step)
        except Exception as error:
            say('failed', error=f'{type(error).__name__}: {error}')
