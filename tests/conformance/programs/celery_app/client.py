"""An application that sends tasks to workers: client.py PREFIX COMMAND [ARGUMENT]"""

import sys
import time

from celery import group
from kombu import Queue
from tasks import DEAD, FEEDS, add, app, fail, flaky, held, hopeless, prefix, say, whereabouts

LIMIT_SECONDS = 30


def results():
    say('result', value=add.delay(2, 3).get(timeout=LIMIT_SECONDS))
    try:
        fail.delay('as told').get(timeout=LIMIT_SECONDS)
    except ValueError as error:
        say('error', text=str(error))
    sums = group(add.s(number, number) for number in range(10))()
    say('result', value=sums.get(timeout=LIMIT_SECONDS))
    ignored = add.apply_async((1, 1), ignore_result=True)
    say('ignored', state=ignored.state)


def retry():
    start = time.monotonic()
    say('result', value=flaky.delay(2).get(timeout=LIMIT_SECONDS), waited=time.monotonic() - start >= 0.6)


def later():
    """More tasks with a countdown than the worker's prefetch: it raises that while it keeps them."""
    start = time.monotonic()
    sums = [add.apply_async((number, 0), countdown=1.5) for number in range(8)]
    at_once = add.delay(100, 0)
    say('result', value=at_once.get(timeout=LIMIT_SECONDS))
    values = [each.get(timeout=LIMIT_SECONDS) for each in sums]
    say('result', value=values, waited=time.monotonic() - start >= 1.4)


def hold(*names):
    for name in names:
        held.delay(name)
    say('sent', count=len(names))


def routed():
    for exchange, key in [(FEEDS, 'feed.import.daily'), (FEEDS, 'feed'), (None, prefix)]:
        task = whereabouts.apply_async(exchange=exchange, routing_key=key)
        say('result', value=task.get(timeout=LIMIT_SECONDS))


def dead_letter():
    hopeless.apply_async(queue=f'{prefix}.hopeless')
    with app.connection_for_read() as connection:
        queue = Queue(DEAD, no_declare=True, channel=connection.channel())
        end = time.monotonic() + LIMIT_SECONDS
        message = None
        while message is None and time.monotonic() < end:
            message = queue.get(no_ack=True)
            time.sleep(0.01)
        if message is None:
            raise TimeoutError('no dead task came')
        death = message.headers['x-death'][0]
        say('dead', task=message.headers['task'], reason=death['reason'], queue=death['queue'], count=death['count'])


def declare_dead():
    with app.connection_for_write() as connection:
        Queue(DEAD, durable=False, channel=connection.channel()).queue_declare()
    say('declared')


def control(name):
    node = f'{name}@test'
    say('ping', reply=app.control.ping(destination=[node], timeout=LIMIT_SECONDS, limit=1))
    inspect = app.control.inspect(destination=[node], timeout=LIMIT_SECONDS, limit=1)
    queues = inspect.active_queues()[node]
    say('queues', names=sorted(queue['name'] for queue in queues))
    say('tasks', registered=f'tasks.{add.__name__}' in inspect.registered()[node])
    reply = app.control.rate_limit('tasks.add', '10/m', destination=[node], reply=True, timeout=LIMIT_SECONDS, limit=1)
    say('rate limit', reply=reply)
    app.control.shutdown(destination=[node])


def events():
    """Says what happens to a task, as a monitor sees it."""
    def on_event(event):
        if task and event.get('uuid') == task.id:
            seen.append(event['type'])
            receiver.should_stop = event['type'] == 'task-succeeded'

    task, seen = None, []
    with app.connection_for_read() as connection:
        receiver = app.events.Receiver(connection, handlers={'*': on_event})
        # It asks the workers for a heartbeat: with the first event its queue is known to be bound.
        captured = receiver.itercapture(timeout=LIMIT_SECONDS)
        next(captured)
        task = add.delay(1, 1)
        for _ in captured:
            pass
    say('events', types=seen)


command, *arguments = sys.argv[2:]
globals()[command](*arguments)
