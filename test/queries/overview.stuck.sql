select count(*) as count, max(last_error) as error
  from (select last_error from outbox where space_id = $1 and attempts >= 5 limit 1000) o
