insert into computation_step (space_id, computation_id, step, from_id, to_id)
  values ($1, $2, $3, $4::uuid, $5::uuid)
