select coalesce(sum(pg_relation_size(relid)), 0)::bigint as bytes from pg_partition_tree('event')
