select space_id as "spaceId", source_id as "sourceId" from source_feed
  where from_space_id = $1 and from_source_id = $2 order by space_id
