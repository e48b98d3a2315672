"""The steps that src/steps.ts describes, on aio-pika: steps_aio_pika.py PREFIX"""

import asyncio
import os
import sys
import time

import aio_pika
from step_runner import LIMIT_SECONDS, SEEN_PROPERTIES, prefix, run_steps, say, without_time


async def declare(channel, name, arguments=None):
    return await channel.declare_queue(f'{prefix}.{name}', exclusive=True, arguments=arguments)


async def say_waiting(channel, queue):
    state = await channel.declare_queue(queue.name, passive=True)
    say('waiting', messages=state.declaration_result.message_count)


def send(channel, key, body, **properties):
    return channel.default_exchange.publish(aio_pika.Message(body.encode(), **properties), key)


async def take(queue):
    """Gets the next message, which has to come, and acknowledges it."""
    end = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < end:
        message = await queue.get(no_ack=True, fail=False)
        if message:
            return message
        await asyncio.sleep(0.01)
    raise TimeoutError(f'nothing came to {queue.name}')


async def consume(queue, **options):
    """Starts a consumer; what it returns waits for the next delivery."""
    arrived = asyncio.Queue()
    await queue.consume(arrived.put, **options)
    return lambda: asyncio.wait_for(arrived.get(), LIMIT_SECONDS)


def text(message):
    return message.body.decode()


async def confirms(channel):
    queue = await declare(channel, 'confirms')
    # Each publish resolves to its confirm.
    answers = await asyncio.gather(*(send(channel, queue.name, str(number)) for number in range(20)))
    say('confirmed', count=sum(type(answer).__name__ == 'Ack' for answer in answers))
    await say_waiting(channel, queue)


async def properties(channel):
    queue = await declare(channel, 'properties')
    headers = {'text': 'Grüße', 'number': 42, 'flag': True, 'list': ['a', 'b'], 'table': {'inner': 'x'}}
    await send(channel, queue.name, '{}', content_type='application/json', correlation_id='c-1', message_id='m-1',
               priority=3, delivery_mode=2, type='order', app_id='shop', headers=headers)
    message = await take(queue)
    seen = {said: getattr(message, name) for name, said in SEEN_PROPERTIES}
    say('received', body=text(message), headers=dict(message.headers), **seen)


async def returned(channel):
    exchange = await channel.get_exchange('amq.direct', ensure=False)
    try:
        await exchange.publish(aio_pika.Message(b'back'), f'{prefix}.nobody', mandatory=True)
    except aio_pika.exceptions.DeliveryError as error:
        info, body = error.frame, error.message.body.decode()
        say('returned', code=info.reply_code, text=info.reply_text, exchange=info.exchange, key=info.routing_key, body=body)
    # The client does not tell of the confirm of what was returned, only of the one after it.
    await exchange.publish(aio_pika.Message(b'gone'), f'{prefix}.nobody', mandatory=False)
    say('confirmed')


async def topic(channel):
    queue = await declare(channel, 'topic')
    exchange = await channel.declare_exchange(f'{prefix}.topics', 'topic', auto_delete=True)
    for key in ['order.*', '#.paid']:
        await queue.bind(exchange, key)
    for key in ['order.new', 'other', 'order.new.paid', 'order.paid', 'paid']:
        await exchange.publish(aio_pika.Message(key.encode()), key, mandatory=False)
    for _ in range(4):
        say('received', body=text(await take(queue)))
    await say_waiting(channel, queue)


async def prefetch(channel):
    queue = await declare(channel, 'prefetch')
    for body in 'abcde':
        await send(channel, queue.name, body)
    await channel.set_qos(prefetch_count=2)
    following = await consume(queue)
    for _ in range(2):
        say('received', body=text(await following()))
        second = await following()
        say('received', body=text(second))
        await say_waiting(channel, queue)
        await second.ack(multiple=True)
    last = await following()
    say('received', body=text(last))
    await last.ack()


async def dead_letter(channel):
    arguments = {'x-dead-letter-exchange': f'{prefix}.dlx', 'x-dead-letter-routing-key': 'dead'}
    work, dead = await declare(channel, 'work', arguments), await declare(channel, 'dead')
    exchange = await channel.declare_exchange(f'{prefix}.dlx', 'direct', auto_delete=True)
    await dead.bind(exchange, 'dead')
    await send(channel, work.name, 'bad', headers={'job': 7})
    following = await consume(work)
    await (await following()).reject(requeue=False)
    message = await take(dead)
    say('dead', body=text(message), exchange=message.exchange, key=message.routing_key,
        headers=without_time(message.headers))


async def expiration(channel):
    target = await declare(channel, 'target')
    hold = await declare(channel, 'hold', {'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': target.name})
    # In seconds here, in milliseconds on the wire.
    await send(channel, hold.name, 'late', expiration=0.1)
    message = await take(target)
    death = message.headers['x-death'][0]
    say('expired', body=text(message), expires=message.expiration is not None, reason=death['reason'],
        original=death['original-expiration'])


async def retry(channel):
    arguments = {'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': f'{prefix}.retry'}
    work = await declare(channel, 'jobs', arguments)
    await declare(channel, 'retry', {'x-message-ttl': 200, 'x-dead-letter-exchange': '',
                                     'x-dead-letter-routing-key': work.name})
    await channel.set_qos(prefetch_count=1)
    following = await consume(work)
    await send(channel, work.name, 'job')
    since = 0
    for attempt in range(3):
        message = await following()
        deaths = [f'{death["queue"]} {death["reason"]} {death["count"]}' for death in message.headers.get('x-death', [])]
        say('attempt', body=text(message), deaths=deaths, waited=time.monotonic() - since > 0.15)
        since = time.monotonic()
        if attempt < 2:
            await message.reject(requeue=False)
        else:
            await message.ack()
    await say_waiting(channel, work)


async def priority(channel):
    queue = await declare(channel, 'priority', {'x-max-priority': 5})
    await send(channel, queue.name, 'none')
    for number in [1, 5, 3]:
        await send(channel, queue.name, str(number), priority=number)
    for _ in range(4):
        say('received', body=text(await take(queue)))


async def overflow(channel):
    queue = await declare(channel, 'overflow', {'x-max-length': 1, 'x-overflow': 'reject-publish'})
    for body in ['first', 'second']:
        try:
            await send(channel, queue.name, body)
            say('confirmed', body=body)
        except aio_pika.exceptions.DeliveryError:
            say('refused', body=body)
    await say_waiting(channel, queue)


async def rpc(channel):
    queue = await declare(channel, 'rpc')
    replies = await channel.get_queue('amq.rabbitmq.reply-to', ensure=False)
    following = await consume(replies, no_ack=True)
    await send(channel, queue.name, 'ping', reply_to='amq.rabbitmq.reply-to', correlation_id='r-1')
    request = await take(queue)
    say('request', body=text(request), direct=request.reply_to.startswith('amq.rabbitmq.reply-to.'))
    answer = aio_pika.Message(b'pong', correlation_id=request.correlation_id)
    # Mandatory, which it is by default here, would have RabbitMQ 3.10 return the answer as well.
    await channel.default_exchange.publish(answer, request.reply_to, mandatory=False)
    answer = await following()
    say('answer', body=text(answer), correlationId=answer.correlation_id)


async def refused(channel):
    try:
        await channel.declare_queue(f'{prefix}.missing', passive=True)
    except aio_pika.exceptions.ChannelNotFoundEntity as error:
        say('closed', code=404, text=str(error))


def on_connection(run):
    async def connected():
        connection = await aio_pika.connect(os.environ['AMQP_URL'])
        async with connection:
            await run(await connection.channel(on_return_raises=True))
            if run is refused:
                say('alive', queue=(await declare(await connection.channel(), 'alive')).name)

    asyncio.run(connected())


run_steps(sys.modules[__name__], on_connection)
