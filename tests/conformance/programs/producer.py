"""Sends COUNT messages to QUEUE through the default exchange: producer.py QUEUE COUNT"""

import sys

from support import connect, say

queue, count = sys.argv[1], int(sys.argv[2])

connection = connect()
channel = connection.channel()
channel.queue_declare(queue=queue)
for number in range(1, count + 1):
    channel.basic_publish(exchange='', routing_key=queue, body=f'message {number}')
connection.close()
say('sent', count=count)
