"""The steps that src/steps.ts describes, on pika: steps_pika.py PREFIX"""

import os
import sys
import time

import pika
from step_runner import LIMIT_SECONDS, SEEN_PROPERTIES, prefix, run_steps, say, without_time


def declare(channel, name, arguments=None):
    return channel.queue_declare(f'{prefix}.{name}', exclusive=True, arguments=arguments).method.queue


def say_waiting(channel, queue):
    say('waiting', messages=channel.queue_declare(queue, passive=True).method.message_count)


def send(channel, queue, body, **properties):
    channel.basic_publish('', queue, body, pika.BasicProperties(**properties))


def take(channel, queue):
    """Gets the next message, which has to come, and acknowledges it."""
    end = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < end:
        method, properties, body = channel.basic_get(queue, auto_ack=True)
        if method:
            return method, properties, body.decode()
        time.sleep(0.01)
    raise TimeoutError(f'nothing came to {queue}')


def consume(channel, queue, tag='', auto_ack=False):
    """Starts a consumer; what it returns waits for the next delivery."""
    arrived = []
    channel.basic_consume(
        queue,
        lambda _, method, properties, body: arrived.append((method, properties, body.decode())),
        auto_ack=auto_ack,
        consumer_tag=tag or None,
    )
    return lambda: wait_for(channel, arrived)


def wait_for(channel, arrived):
    end = time.monotonic() + LIMIT_SECONDS
    while not arrived:
        if time.monotonic() > end:
            raise TimeoutError('nothing came')
        channel.connection.process_data_events(time_limit=1)
    return arrived.pop(0)


def confirms(channel):
    queue = declare(channel, 'confirms')
    channel.confirm_delivery()
    # pika waits for the confirm of each message, and raises when it is none.
    for number in range(20):
        send(channel, queue, str(number))
    say('confirmed', count=20)
    say_waiting(channel, queue)


def properties(channel):
    queue = declare(channel, 'properties')
    headers = {'text': 'Grüße', 'number': 42, 'flag': True, 'list': ['a', 'b'], 'table': {'inner': 'x'}}
    send(channel, queue, '{}', content_type='application/json', correlation_id='c-1', message_id='m-1', priority=3,
         delivery_mode=2, type='order', app_id='shop', headers=headers)
    _, seen, body = take(channel, queue)
    say('received', body=body, headers=seen.headers, **{said: getattr(seen, name) for name, said in SEEN_PROPERTIES})


def returned(channel):
    channel.confirm_delivery()
    try:
        channel.basic_publish('amq.direct', f'{prefix}.nobody', 'back', mandatory=True)
    except pika.exceptions.UnroutableError as error:
        # It is raised once the confirm has come too.
        for message in error.messages:
            method = message.method
            say('returned', code=method.reply_code, text=method.reply_text, exchange=method.exchange,
                key=method.routing_key, body=message.body.decode())
        say('confirmed')


def topic(channel):
    queue, exchange = declare(channel, 'topic'), f'{prefix}.topics'
    channel.exchange_declare(exchange, 'topic', auto_delete=True)
    for key in ['order.*', '#.paid']:
        channel.queue_bind(queue, exchange, key)
    for key in ['order.new', 'other', 'order.new.paid', 'order.paid', 'paid']:
        channel.basic_publish(exchange, key, key)
    for _ in range(4):
        say('received', body=take(channel, queue)[2])
    say_waiting(channel, queue)


def prefetch(channel):
    queue = declare(channel, 'prefetch')
    for body in 'abcde':
        send(channel, queue, body)
    channel.basic_qos(prefetch_count=2)
    following = consume(channel, queue)
    for _ in range(2):
        say('received', body=following()[2])
        method, _, body = following()
        say('received', body=body)
        say_waiting(channel, queue)
        channel.basic_ack(method.delivery_tag, multiple=True)
    method, _, body = following()
    say('received', body=body)
    channel.basic_ack(method.delivery_tag)


def dead_letter(channel):
    exchange = f'{prefix}.dlx'
    work = declare(channel, 'work', {'x-dead-letter-exchange': exchange, 'x-dead-letter-routing-key': 'dead'})
    dead = declare(channel, 'dead')
    channel.exchange_declare(exchange, 'direct', auto_delete=True)
    channel.queue_bind(dead, exchange, 'dead')
    send(channel, work, 'bad', headers={'job': 7})
    channel.basic_reject(consume(channel, work)()[0].delivery_tag, requeue=False)
    method, seen, body = take(channel, dead)
    say('dead', body=body, exchange=method.exchange, key=method.routing_key, headers=without_time(seen.headers))


def expiration(channel):
    target = declare(channel, 'target')
    hold = declare(channel, 'hold', {'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': target})
    send(channel, hold, 'late', expiration='100')
    _, seen, body = take(channel, target)
    death = seen.headers['x-death'][0]
    say('expired', body=body, expires=seen.expiration is not None, reason=death['reason'],
        original=death['original-expiration'])


def retry(channel):
    work = declare(channel, 'jobs', {'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': f'{prefix}.retry'})
    back = {'x-message-ttl': 200, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': work}
    declare(channel, 'retry', back)
    channel.basic_qos(prefetch_count=1)
    following = consume(channel, work)
    send(channel, work, 'job')
    since = 0
    for attempt in range(3):
        method, seen, body = following()
        deaths = [f'{death["queue"]} {death["reason"]} {death["count"]}' for death in (seen.headers or {}).get('x-death', [])]
        say('attempt', body=body, deaths=deaths, waited=time.monotonic() - since > 0.15)
        since = time.monotonic()
        if attempt < 2:
            channel.basic_reject(method.delivery_tag, requeue=False)
        else:
            channel.basic_ack(method.delivery_tag)
    say_waiting(channel, work)


def priority(channel):
    queue = declare(channel, 'priority', {'x-max-priority': 5})
    send(channel, queue, 'none')
    for number in [1, 5, 3]:
        send(channel, queue, str(number), priority=number)
    for _ in range(4):
        say('received', body=take(channel, queue)[2])


def overflow(channel):
    queue = declare(channel, 'overflow', {'x-max-length': 1, 'x-overflow': 'reject-publish'})
    channel.confirm_delivery()
    for body in ['first', 'second']:
        try:
            send(channel, queue, body)
            say('confirmed', body=body)
        except pika.exceptions.NackError:
            say('refused', body=body)
    say_waiting(channel, queue)


def rpc(channel):
    queue, server = declare(channel, 'rpc'), channel.connection.channel()
    following = consume(channel, 'amq.rabbitmq.reply-to', auto_ack=True)
    send(channel, queue, 'ping', reply_to='amq.rabbitmq.reply-to', correlation_id='r-1')
    _, request, body = take(server, queue)
    say('request', body=body, direct=request.reply_to.startswith('amq.rabbitmq.reply-to.'))
    send(server, request.reply_to, 'pong', correlation_id=request.correlation_id)
    _, answer, body = following()
    say('answer', body=body, correlationId=answer.correlation_id)


def cancelled(channel):
    queue = declare(channel, 'cancelled')
    cancels = []
    channel.add_on_cancel_callback(lambda frame: cancels.append(frame.method.consumer_tag))
    consume(channel, queue, 'watcher')
    channel.connection.channel().queue_delete(queue)
    say('cancelled', tag=wait_for(channel, cancels))


def refused(channel):
    try:
        channel.queue_declare(f'{prefix}.missing', passive=True)
    except pika.exceptions.ChannelClosedByBroker as error:
        say('closed', code=error.reply_code, text=error.reply_text)
    say('alive', queue=declare(channel.connection.channel(), 'alive'))


def on_connection(run):
    connection = pika.BlockingConnection(pika.URLParameters(os.environ['AMQP_URL']))
    run(connection.channel())
    connection.close()


run_steps(sys.modules[__name__], on_connection)
