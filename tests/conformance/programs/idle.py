"""Sends nothing but heartbeats, every half second, for twice as long as the broker waits for a sign of life."""

import os

import pika
from support import say

parameters = pika.URLParameters(os.environ['AMQP_URL'])
parameters.heartbeat = 1
connection = pika.BlockingConnection(parameters)
channel = connection.channel()
connection.process_data_events(time_limit=4)
say('open', queue=channel.queue_declare(queue='', exclusive=True).method.queue.startswith('amq.gen-'))
connection.close()
