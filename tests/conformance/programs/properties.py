"""Sends a message with every property and a header of each type that pika writes, and says what came back otherwise."""

import datetime
import decimal

import pika
from support import connect, say

headers = {
    'text': 'Grüße',
    'yes': True,
    'int': -7,
    'long': 2**40,
    'bytes': b'\x00\xce\xff',
    'price': decimal.Decimal('19.99'),
    'at': datetime.datetime(2024, 2, 29, 12, 30, 15),
    'nothing': None,
    'list': [1, 'two', [False], {'three': 3}],
    'table': {'inner': {'innermost': 'x'}, 'none': {}},
}
sent = pika.BasicProperties(
    content_type='text/plain',
    content_encoding='utf-8',
    headers=headers,
    delivery_mode=2,
    priority=9,
    correlation_id='c-1',
    reply_to='answers',
    expiration='600000',
    message_id='m-1',
    timestamp=1700000000,
    type='greeting',
    user_id='guest',
    app_id='program',
    cluster_id='none',
)

connection = connect()
channel = connection.channel()
queue = channel.queue_declare(queue='', exclusive=True).method.queue
channel.basic_publish(exchange='', routing_key=queue, body='hello', properties=sent)
_, received, body = channel.basic_get(queue=queue, auto_ack=True)
connection.close()
for name, value in vars(sent).items():
    if vars(received)[name] != value:
        say('differs', name=name, sent=repr(value), received=repr(vars(received)[name]))
say('compared', count=len(vars(sent)), headers=len(received.headers))
