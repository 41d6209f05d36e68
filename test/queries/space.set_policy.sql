update space set settings = settings || $1::jsonb where id = $2
