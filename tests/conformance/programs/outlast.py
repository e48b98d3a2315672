"""Consumes until the broker closes the connection, and says for what reason."""

import pika
from support import connect, say

connection = connect()
channel = connection.channel()
queue = channel.queue_declare(queue='', exclusive=True).method.queue
channel.basic_consume(queue=queue, on_message_callback=print)
say('ready')
try:
    channel.start_consuming()
except pika.exceptions.ConnectionClosedByBroker as error:
    say('closed', code=error.reply_code, text=error.reply_text)
