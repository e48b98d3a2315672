"""Takes COUNT messages from QUEUE without acknowledging them: consumer.py QUEUE COUNT"""

import sys

from support import connect, say, say_received

queue, count = sys.argv[1], int(sys.argv[2])
received = 0


def on_message(channel, method, properties, body):
    global received
    received += 1
    say_received(method, properties, body)
    if received == count:
        channel.stop_consuming()


connection = connect()
channel = connection.channel()
declared = channel.queue_declare(queue=queue)
channel.basic_consume(queue=queue, on_message_callback=on_message, auto_ack=True)
say('ready', queue=declared.method.queue, waiting=declared.method.message_count)
channel.start_consuming()
connection.close()
say('closed')
