select set_config('lock_timeout', '3000', true), set_config('statement_timeout', '10000', true), set_config('jit', 'off', true)
