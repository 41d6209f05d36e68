select count(*) as size from (select q.id as profile_id from profile q where q.space_id = $1 and (uuid_hash_extended(q.id, 0) & $2::bigint) = 0) as s
