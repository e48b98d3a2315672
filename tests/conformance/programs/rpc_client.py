"""Asks for Fibonacci numbers, all at once, and matches the answers: rpc_client.py QUEUE N..."""

import sys
import uuid

import pika
from support import connect, say

queue, numbers = sys.argv[1], sys.argv[2:]
pending = {}


def on_response(channel, method, properties, body):
    number = pending.pop(properties.correlation_id)
    say('answer', number=int(number), fibonacci=int(body))
    if not pending:
        channel.stop_consuming()


connection = connect()
channel = connection.channel()
callback_queue = channel.queue_declare(queue='', exclusive=True).method.queue
channel.basic_consume(queue=callback_queue, on_message_callback=on_response, auto_ack=True)
for number in numbers:
    correlation_id = str(uuid.uuid4())
    pending[correlation_id] = number
    channel.basic_publish(
        exchange='',
        routing_key=queue,
        properties=pika.BasicProperties(reply_to=callback_queue, correlation_id=correlation_id),
        body=number,
    )
channel.start_consuming()
connection.close()
say('closed')
