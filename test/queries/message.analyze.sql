analyze message
