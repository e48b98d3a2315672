"""What the programs share: the connection, and one JSON object per line on stdout for each thing that happened.

The address of the broker comes from AMQP_URL. A program says 'ready' when what it set up is in place at the broker.
"""

import json
import os
import signal

import pika


def connect():
    return pika.BlockingConnection(pika.URLParameters(os.environ['AMQP_URL']))


def say(event, **fields):
    print(json.dumps({'event': event, **fields}), flush=True)


def say_received(method, properties, body):
    """Says what a consumer was handed; headers only where the message has some."""
    fields = {'exchange': method.exchange, 'key': method.routing_key, 'body': body.decode()}
    if method.redelivered:
        fields['redelivered'] = True
    if properties.headers:
        fields['headers'] = properties.headers
    say('received', **fields)


def consume_until_terminated(connection, channel):
    """Serves the channel's consumers until SIGTERM, then takes leave of the broker in order."""
    signal.signal(signal.SIGTERM, lambda *_: connection.add_callback_threadsafe(channel.stop_consuming))
    say('ready')
    channel.start_consuming()
    connection.close()
    say('closed')
