select set_config('jit', 'off', true), set_config('work_mem', '64MB', true), set_config('timezone', 'UTC', true)
