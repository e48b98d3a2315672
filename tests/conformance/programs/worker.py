"""Works on one task of a durable queue at a time: worker.py QUEUE

A task takes as long as its owner wants: each is settled by the next line on stdin, `ack`, `requeue` or `reject`.
"""

import sys

from support import connect, consume_until_terminated, say_received

queue = sys.argv[1]


def on_task(channel, method, properties, body):
    say_received(method, properties, body)
    settlement = sys.stdin.readline().strip()
    if settlement == 'ack':
        channel.basic_ack(delivery_tag=method.delivery_tag)
    else:
        channel.basic_reject(delivery_tag=method.delivery_tag, requeue=settlement == 'requeue')


connection = connect()
channel = connection.channel()
channel.queue_declare(queue=queue, durable=True)
channel.basic_qos(prefetch_count=1)
channel.basic_consume(queue=queue, on_message_callback=on_task)
consume_until_terminated(connection, channel)
