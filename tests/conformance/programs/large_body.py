"""Sends and gets back a body of SIZE bytes over a connection with small frames: large_body.py SIZE FRAME_MAX"""

import hashlib
import os
import sys

import pika
from support import say

size, frame_max = int(sys.argv[1]), int(sys.argv[2])
body = os.urandom(size)

parameters = pika.URLParameters(os.environ['AMQP_URL'])
parameters.frame_max = frame_max
connection = pika.BlockingConnection(parameters)
channel = connection.channel()
queue = channel.queue_declare(queue='', exclusive=True).method.queue
channel.basic_publish(exchange='', routing_key=queue, body=body)
_, _, received = channel.basic_get(queue=queue, auto_ack=True)
connection.close()
say('received', size=len(received), same=hashlib.sha256(received).digest() == hashlib.sha256(body).digest())
