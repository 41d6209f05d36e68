select settings -> 'sqlTraitLimits' as limits from space where id = $1
