"""Puts persistent tasks into a durable queue: new_task.py QUEUE TASK..."""

import sys

import pika
from support import connect, say

queue, tasks = sys.argv[1], sys.argv[2:]

connection = connect()
channel = connection.channel()
channel.queue_declare(queue=queue, durable=True)
for task in tasks:
    channel.basic_publish(
        exchange='',
        routing_key=queue,
        body=task,
        properties=pika.BasicProperties(delivery_mode=pika.spec.PERSISTENT_DELIVERY_MODE),
    )
connection.close()
say('sent', count=len(tasks))
