#!/usr/bin/env node
// Stands in the repository, so that an install can link the program before it is compiled.
import '../dist/bin/amqpctl.js'
