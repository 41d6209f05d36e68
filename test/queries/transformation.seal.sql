update transformation set definition = $1::jsonb
  where space_id = $2 and id = $3 and definition = $4::jsonb
