select settings -> 'journeyLimits' as limits from space where id = $1
