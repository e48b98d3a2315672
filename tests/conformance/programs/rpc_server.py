"""Answers requests for Fibonacci numbers: rpc_server.py QUEUE"""

import sys

import pika
from support import connect, consume_until_terminated

queue = sys.argv[1]


def fibonacci(n):
    before, last = 0, 1
    for _ in range(n):
        before, last = last, before + last
    return before


def on_request(channel, method, properties, body):
    channel.basic_publish(
        exchange='',
        routing_key=properties.reply_to,
        properties=pika.BasicProperties(correlation_id=properties.correlation_id),
        body=str(fibonacci(int(body))),
    )
    channel.basic_ack(delivery_tag=method.delivery_tag)


connection = connect()
channel = connection.channel()
channel.queue_declare(queue=queue)
channel.basic_qos(prefetch_count=1)
channel.basic_consume(queue=queue, on_message_callback=on_request)
consume_until_terminated(connection, channel)
