select space_id, id, definition from transformation
  where definition #> '{hashPropertiesConfiguration,key}' is not null order by space_id, id
