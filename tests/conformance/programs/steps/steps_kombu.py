"""The steps that src/steps.ts describes, on kombu over py-amqp: steps_kombu.py PREFIX"""

import os
import socket
import sys
import time

import amqp
import kombu
from step_runner import LIMIT_SECONDS, SEEN_PROPERTIES, prefix, run_steps, say, without_time


def declare(channel, name, arguments=None):
    queue = kombu.Queue(f'{prefix}.{name}', exclusive=True, durable=False, queue_arguments=arguments, channel=channel)
    queue.queue_declare()
    return queue


def say_waiting(queue):
    say('waiting', messages=queue.queue_declare(passive=True).message_count)


def send(queue, body, **properties):
    kombu.Producer(queue.channel).publish(body, routing_key=queue.name, retry=False, **TEXT, **properties)


# kombu would pickle, compress or mark the body otherwise.
TEXT = {'serializer': 'raw', 'content_type': 'text/plain', 'content_encoding': 'utf-8'}


def text(message):
    body = message.body
    return body if isinstance(body, str) else bytes(body).decode()


def take(queue):
    """Gets the next message, which has to come, and acknowledges it."""
    end = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < end:
        message = queue.get(no_ack=True)
        if message:
            return message
        time.sleep(0.01)
    raise TimeoutError(f'nothing came to {queue.name}')


def consume(queue, prefetch=0):
    """Starts a consumer; what it returns waits for the next delivery."""
    arrived = []
    consumer = kombu.Consumer(queue.channel, [queue], on_message=arrived.append, prefetch_count=prefetch)
    consumer.consume()
    return lambda: wait_for(queue.channel, arrived)


def wait_for(channel, arrived):
    end = time.monotonic() + LIMIT_SECONDS
    while not arrived:
        if time.monotonic() > end:
            raise TimeoutError('nothing came')
        try:
            channel.connection.client.drain_events(timeout=1)
        except socket.timeout:
            pass
    return arrived.pop(0)


def confirms(channel):
    queue = declare(channel, 'confirms')
    # The transport waits for the confirm of each message, and raises when it is none.
    for number in range(20):
        send(queue, str(number))
    say('confirmed', count=20)
    say_waiting(queue)


def properties(channel):
    queue = declare(channel, 'properties')
    headers = {'text': 'Grüße', 'number': 42, 'flag': True, 'list': ['a', 'b'], 'table': {'inner': 'x'}}
    kombu.Producer(channel).publish(
        '{}', routing_key=queue.name, serializer='raw', content_type='application/json', content_encoding='utf-8',
        correlation_id='c-1', message_id='m-1', priority=3, delivery_mode=2, type='order', app_id='shop',
        headers=headers)
    message = take(queue)
    # kombu keeps the content type for itself.
    seen = {'content_type': message.content_type, **message.properties}
    say('received', body=text(message), headers=message.headers, **{said: seen[name] for name, said in SEEN_PROPERTIES})


def returned(channel):
    producer = kombu.Producer(channel, on_return=lambda error, exchange, key, message: say(
        'returned', code=error.reply_code, text=error.reply_text, exchange=exchange, key=key, body=text(message)))
    producer.publish('back', exchange='amq.direct', routing_key=f'{prefix}.nobody', mandatory=True, retry=False, **TEXT)
    say('confirmed')


def topic(channel):
    queue, exchange = declare(channel, 'topic'), kombu.Exchange(f'{prefix}.topics', 'topic', durable=False,
                                                                auto_delete=True, channel=channel)
    exchange.declare()
    for key in ['order.*', '#.paid']:
        queue.bind_to(exchange, key)
    producer = kombu.Producer(channel, exchange)
    for key in ['order.new', 'other', 'order.new.paid', 'order.paid', 'paid']:
        producer.publish(key, routing_key=key, retry=False, **TEXT)
    for _ in range(4):
        say('received', body=text(take(queue)))
    say_waiting(queue)


def prefetch(channel):
    queue = declare(channel, 'prefetch')
    for body in 'abcde':
        send(queue, body)
    following = consume(queue, prefetch=2)
    for _ in range(2):
        say('received', body=text(following()))
        second = following()
        say('received', body=text(second))
        say_waiting(queue)
        second.ack(multiple=True)
    last = following()
    say('received', body=text(last))
    last.ack()


def dead_letter(channel):
    exchange = kombu.Exchange(f'{prefix}.dlx', 'direct', durable=False, auto_delete=True, channel=channel)
    work = declare(channel, 'work', {'x-dead-letter-exchange': exchange.name, 'x-dead-letter-routing-key': 'dead'})
    dead = declare(channel, 'dead')
    exchange.declare()
    dead.bind_to(exchange, 'dead')
    send(work, 'bad', headers={'job': 7})
    consume(work)().reject(requeue=False)
    message = take(dead)
    info = message.delivery_info
    say('dead', body=text(message), exchange=info['exchange'], key=info['routing_key'],
        headers=without_time(message.headers))


def expiration(channel):
    target = declare(channel, 'target')
    hold = declare(channel, 'hold', {'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': target.name})
    # In seconds here, in milliseconds on the wire.
    send(hold, 'late', expiration=0.1)
    message = take(target)
    death = message.headers['x-death'][0]
    say('expired', body=text(message), expires='expiration' in message.properties, reason=death['reason'],
        original=death['original-expiration'])


def retry(channel):
    work = declare(channel, 'jobs', {'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': f'{prefix}.retry'})
    declare(channel, 'retry', {'x-message-ttl': 200, 'x-dead-letter-exchange': '',
                               'x-dead-letter-routing-key': work.name})
    following = consume(work, prefetch=1)
    send(work, 'job')
    since = 0
    for attempt in range(3):
        message = following()
        deaths = [f'{death["queue"]} {death["reason"]} {death["count"]}' for death in message.headers.get('x-death', [])]
        say('attempt', body=text(message), deaths=deaths, waited=time.monotonic() - since > 0.15)
        since = time.monotonic()
        if attempt < 2:
            message.reject(requeue=False)
        else:
            message.ack()
    say_waiting(work)


def priority(channel):
    queue = declare(channel, 'priority', {'x-max-priority': 5})
    send(queue, 'none')
    for number in [1, 5, 3]:
        send(queue, str(number), priority=number)
    for _ in range(4):
        say('received', body=text(take(queue)))


def overflow(channel):
    queue = declare(channel, 'overflow', {'x-max-length': 1, 'x-overflow': 'reject-publish'})
    for body in ['first', 'second']:
        try:
            send(queue, body)
            say('confirmed', body=body)
        except amqp.exceptions.MessageNacked:
            say('refused', body=body)
    say_waiting(queue)


def rpc(channel):
    queue, server = declare(channel, 'rpc'), channel.connection.client.channel()
    answers = []
    # A queue object would declare itself; this name is only consumed from.
    channel.basic_consume('amq.rabbitmq.reply-to', no_ack=True, callback=answers.append)
    send(queue, 'ping', reply_to='amq.rabbitmq.reply-to', correlation_id='r-1')
    request = take(queue(server))
    reply_to = request.properties['reply_to']
    say('request', body=text(request), direct=reply_to.startswith('amq.rabbitmq.reply-to.'))
    kombu.Producer(server).publish('pong', routing_key=reply_to, retry=False,
                                   correlation_id=request.properties['correlation_id'], **TEXT)
    answer = wait_for(channel, answers)
    say('answer', body=text(answer), correlationId=answer.properties['correlation_id'])


def cancelled(channel):
    queue = declare(channel, 'cancelled')
    cancels = []
    channel.basic_consume(queue.name, 'watcher', callback=lambda _: None, on_cancel=cancels.append)
    queue(channel.connection.client.channel()).delete()
    say('cancelled', tag=wait_for(channel, cancels))


def refused(channel):
    try:
        channel.queue_declare(f'{prefix}.missing', passive=True)
    except amqp.exceptions.NotFound as error:
        say('closed', code=error.code, text=error.reply_text)
    say('alive', queue=declare(channel.connection.client.channel(), 'alive').name)


def on_connection(run):
    with kombu.Connection(os.environ['AMQP_URL'], transport_options={'confirm_publish': True}) as connection:
        run(connection.channel())


run_steps(sys.modules[__name__], on_connection)
