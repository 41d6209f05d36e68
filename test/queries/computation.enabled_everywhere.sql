select space_id as "spaceId", id from audience where enabled and deleted_at is null
  union all select space_id, id from computed_trait where enabled and deleted_at is null order by 1, 2
