"""Prints what an exchange sends to a queue of its own, up to the message `end`: subscriber.py EXCHANGE TYPE BINDINGS

BINDINGS is a JSON list of {"key": string, "arguments": object}, both optional.
"""

import json
import sys

from support import connect, say, say_received

exchange, exchange_type, bindings = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])


def on_message(channel, method, properties, body):
    if body == b'end':
        channel.stop_consuming()
    else:
        say_received(method, properties, body)


connection = connect()
channel = connection.channel()
channel.exchange_declare(exchange=exchange, exchange_type=exchange_type)
queue = channel.queue_declare(queue='', exclusive=True).method.queue
for binding in bindings:
    channel.queue_bind(
        exchange=exchange,
        queue=queue,
        routing_key=binding.get('key', ''),
        arguments=binding.get('arguments'),
    )
channel.basic_consume(queue=queue, on_message_callback=on_message, auto_ack=True)
say('ready', queue=queue)
channel.start_consuming()
connection.close()
say('closed')
