update import set expected = expected - $1::bigint where space_id = $2 and id = $3
