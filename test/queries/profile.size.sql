select pg_relation_size('profile') as bytes
