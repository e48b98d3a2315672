"""Puts persistent tasks into a durable queue, one after the other, each once the last one was confirmed: confirmed_tasks.py QUEUE FIRST LAST

Says so for each that was confirmed, and ends when the broker is gone.
"""

import sys

import pika
from support import connect, say

queue, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

connection = connect()
channel = connection.channel()
channel.queue_declare(queue=queue, durable=True)
channel.confirm_delivery()
try:
    for number in range(first, last + 1):
        channel.basic_publish(
            exchange='',
            routing_key=queue,
            body=f'task {number}',
            properties=pika.BasicProperties(delivery_mode=pika.spec.PERSISTENT_DELIVERY_MODE),
            mandatory=True,
        )
        say('confirmed', number=number)
    connection.close()
except pika.exceptions.AMQPConnectionError:
    say('broker gone')
