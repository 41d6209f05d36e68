select key, name, case collection when 'accounts' then 'ACCOUNTS' else 'USERS' end as about from audience where space_id = $1 and deleted_at is null order by name
