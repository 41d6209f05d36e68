select header, lines from import where space_id = $1 and id = $2
