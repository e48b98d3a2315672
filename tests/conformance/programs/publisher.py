"""Publishes messages to an exchange: publisher.py EXCHANGE TYPE MESSAGES

MESSAGES is a JSON list of {"body": string, "key": string, "headers": object}, the last two optional.
"""

import json
import sys

import pika
from support import connect, say

exchange, exchange_type, messages = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])

connection = connect()
channel = connection.channel()
channel.exchange_declare(exchange=exchange, exchange_type=exchange_type)
for message in messages:
    channel.basic_publish(
        exchange=exchange,
        routing_key=message.get('key', ''),
        body=message['body'],
        properties=pika.BasicProperties(headers=message.get('headers')),
    )
connection.close()
say('sent', count=len(messages))
