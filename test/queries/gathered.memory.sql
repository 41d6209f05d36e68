select set_config('temp_buffers', '64MB', false)
